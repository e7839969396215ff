//! What `typst-library` asks for when a document loads a plug-in. Here no module can ever be made:
//! [`Module::new`] refuses, and everything that would need one is a type without a value.

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;

/// Why a plug-in cannot run.
#[derive(Debug)]
pub struct Error;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this build runs no plug-ins")
    }
}

impl std::error::Error for Error {}

/// Settings, all without effect.
#[derive(Debug, Default)]
pub struct Config;

impl Config {
    /// Without effect.
    pub fn wasm_relaxed_simd(&mut self, _enable: bool) -> &mut Self {
        self
    }
}

/// Where modules would be compiled.
#[derive(Debug)]
pub struct Engine;

impl Engine {
    /// An engine that compiles nothing.
    pub fn new(_config: &Config) -> Self {
        Self
    }
}

/// A compiled plug-in: there is none.
#[derive(Debug)]
pub struct Module(Infallible);

impl Module {
    /// Refuses.
    ///
    /// # Errors
    /// Always.
    pub fn new(_engine: &Engine, _bytes: &[u8]) -> Result<Self, Error> {
        Err(Error)
    }

    /// What the plug-in offers under a name.
    pub fn get_export(&self, _name: &str) -> Option<ExternType> {
        match self.0 {}
    }

    /// Everything that the plug-in offers.
    pub fn exports(&self) -> std::vec::IntoIter<ExportType<'_>> {
        match self.0 {}
    }
}

/// Something that a plug-in offers.
#[derive(Debug)]
pub struct ExportType<'m>(Infallible, PhantomData<&'m ()>);

impl<'m> ExportType<'m> {
    /// Of what kind it is.
    pub fn ty(&self) -> &ExternType {
        match self.0 {}
    }

    /// Its name.
    pub fn name(&self) -> &'m str {
        match self.0 {}
    }
}

/// The kinds of things that a plug-in may offer, as far as Typst asks.
#[derive(Debug)]
pub enum ExternType {
    /// A function.
    Func(FuncType),
    /// A memory.
    Memory(MemoryType),
}

/// The shape of a memory.
#[derive(Debug)]
pub struct MemoryType(Infallible);

/// The shape of a function.
#[derive(Debug)]
pub struct FuncType(Infallible);

impl FuncType {
    /// What it takes.
    pub fn params(&self) -> &[ValType] {
        match self.0 {}
    }

    /// What it gives.
    pub fn results(&self) -> &[ValType] {
        match self.0 {}
    }
}

/// The one type of value that Typst's protocol knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValType {
    /// 32 bits.
    I32,
    /// Anything else.
    Other,
}

/// A value.
#[derive(Debug, Clone)]
pub enum Val {
    /// 32 bits.
    I32(i32),
    /// Anything else.
    Other,
}

/// What a running plug-in sees of its host.
#[derive(Debug)]
pub struct Linker<T> {
    engine: Engine,
    data: PhantomData<fn() -> T>,
}

impl<T> Linker<T> {
    /// A linker that links nothing.
    pub fn new(_engine: &Engine) -> Self {
        Self { engine: Engine, data: PhantomData }
    }

    /// Without effect.
    ///
    /// # Errors
    /// Never.
    pub fn func_wrap<F>(&mut self, _module: &str, _name: &str, _func: F) -> Result<&mut Self, Error> {
        Ok(self)
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Would start a plug-in.
    ///
    /// # Errors
    /// Cannot be called: there is no module.
    pub fn instantiate_and_start(&self, _store: &mut Store<T>, module: &Module) -> Result<Instance, Error> {
        match module.0 {}
    }
}

/// What a running plug-in keeps.
#[derive(Debug)]
pub struct Store<T>(T);

impl<T> Store<T> {
    /// Keeps the host's data.
    pub fn new(_engine: &Engine, data: T) -> Self {
        Self(data)
    }

    /// The host's data.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// A running plug-in: there is none.
#[derive(Debug, Clone, Copy)]
pub struct Instance(Infallible);

impl Instance {
    /// What it offers under a name.
    pub fn get_export<T>(&self, _store: &Store<T>, _name: &str) -> Option<Extern> {
        match self.0 {}
    }
}

/// Something that a running plug-in offers.
#[derive(Debug, Clone, Copy)]
pub struct Extern(Infallible);

impl Extern {
    /// As a function.
    pub fn into_func(self) -> Option<Func> {
        match self.0 {}
    }

    /// As a memory.
    pub fn into_memory(self) -> Option<Memory> {
        match self.0 {}
    }
}

/// A function of a running plug-in.
#[derive(Debug, Clone, Copy)]
pub struct Func(Infallible);

impl Func {
    /// Its shape.
    pub fn ty<T>(&self, _store: &Store<T>) -> FuncType {
        match self.0 {}
    }

    /// Would call it.
    ///
    /// # Errors
    /// Cannot be called: there is no function.
    pub fn call<T>(&self, _store: &mut Store<T>, _inputs: &[Val], _outputs: &mut [Val]) -> Result<(), Error> {
        match self.0 {}
    }
}

/// The memory of a running plug-in.
#[derive(Debug, Clone, Copy)]
pub struct Memory(Infallible);

impl Memory {
    /// In pages.
    pub fn size<T>(&self, _store: &Store<T>) -> u64 {
        match self.0 {}
    }

    /// Its bytes.
    pub fn data<'s, T>(&self, _store: &'s Store<T>) -> &'s [u8] {
        match self.0 {}
    }

    /// Its bytes, to be changed.
    pub fn data_mut<'s, T>(&self, _store: &'s mut Store<T>) -> &'s mut [u8] {
        match self.0 {}
    }

    /// Would make it larger.
    ///
    /// # Errors
    /// Cannot be called: there is no memory.
    pub fn grow<T>(&self, _store: &mut Store<T>, _pages: u64) -> Result<u64, Error> {
        match self.0 {}
    }

    /// Would write into it.
    ///
    /// # Errors
    /// Cannot be called: there is no memory.
    pub fn write<T>(&self, _caller: &mut Caller<'_, T>, _offset: usize, _bytes: &[u8]) -> Result<(), Error> {
        match self.0 {}
    }

    /// Would read from it.
    ///
    /// # Errors
    /// Cannot be called: there is no memory.
    pub fn read<T>(&self, _caller: &Caller<'_, T>, _offset: usize, _bytes: &mut [u8]) -> Result<(), Error> {
        match self.0 {}
    }
}

/// The plug-in that called its host.
#[derive(Debug)]
pub struct Caller<'a, T>(Infallible, PhantomData<&'a mut T>);

impl<T> Caller<'_, T> {
    /// What it offers under a name.
    pub fn get_export(&self, _name: &str) -> Option<Extern> {
        match self.0 {}
    }

    /// The host's data.
    pub fn data_mut(&mut self) -> &mut T {
        match self.0 {}
    }
}
