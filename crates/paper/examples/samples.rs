//! Prints all samples into a folder, to look at them:
//! `cargo run -p guosuo-paper --example samples -- out`.

use std::path::{Path, PathBuf};

use guosuo_paper::{
    ApplicationForm, CaseCover, FiledNotice, Fonts, JointOpinion, MaterialList, Mode, Paper, Press, QueueList, Receipt,
    RefusalNotice,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "papers".into()));
    std::fs::create_dir_all(&dir)?;
    let fonts = Fonts::load()?;
    println!("{}", fonts.self_test()?);
    let press = Press::new(fonts);
    all(&press, &dir, &ApplicationForm::samples())?;
    all(&press, &dir, &Receipt::samples())?;
    all(&press, &dir, &FiledNotice::samples())?;
    all(&press, &dir, &RefusalNotice::samples())?;
    all(&press, &dir, &JointOpinion::samples())?;
    all(&press, &dir, &MaterialList::samples())?;
    all(&press, &dir, &QueueList::samples())?;
    all(&press, &dir, &CaseCover::samples())?;
    all(&press, &dir, &guosuo_paper::Statement::samples())?;
    all(&press, &dir, &guosuo_paper::CertificatePaper::samples())?;
    all(&press, &dir, &guosuo_paper::MeasureNotice::samples())?;
    all(&press, &dir, &guosuo_paper::DeclineNotice::samples())?;
    all(&press, &dir, &guosuo_paper::ImpactReport::samples())?;
    all(&press, &dir, &guosuo_paper::EntrustmentReceipt::samples())?;
    Ok(())
}

fn all<P: Paper>(press: &Press, dir: &Path, papers: &[P]) -> Result<(), Box<dyn std::error::Error>> {
    for (i, paper) in papers.iter().enumerate() {
        for (mode, mark) in [(Mode::Final, ""), (Mode::Draft, "-draft")] {
            let name = P::TEMPLATE.file().trim_end_matches(".typ");
            let started = std::time::Instant::now();
            match press.print(paper, mode) {
                Ok(pdf) => {
                    println!("{name}-{i}{mark}: {} pages, {} bytes, {:?}", pdf.pages, pdf.bytes.len(), started.elapsed());
                    std::fs::write(dir.join(format!("{name}-{i}{mark}.pdf")), pdf.bytes)?;
                }
                Err(e) => println!("{name}-{i}{mark}: {e}"),
            }
        }
    }
    Ok(())
}
