//! What all fronts share on screen: language, shell, forms, dates and numbers, assets.
