//! Mail: sent by jobs only. Without a server configured, every mail becomes a file.

use std::path::PathBuf;

use anyhow::Context as _;
use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::file::AsyncFileTransport;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use crate::config::Mail;

/// Where mail goes.
pub enum Mailer {
    /// To files in a folder: the default, and what tests read.
    Files {
        /// The folder.
        dir: PathBuf,
        /// Sender.
        from: Mailbox,
    },
    /// To a mail server.
    Smtp {
        /// The server.
        transport: AsyncSmtpTransport<Tokio1Executor>,
        /// Sender.
        from: Mailbox,
    },
}

impl Mailer {
    /// From the settings; `dir` receives the files when no server is named.
    ///
    /// # Errors
    /// When the sender or the server's address is wrong, or the folder cannot be made.
    pub fn new(mail: &Mail, dir: PathBuf) -> anyhow::Result<Self> {
        let from: Mailbox = mail.from.parse().with_context(|| format!("mail.from: {} is no mail address", mail.from))?;
        if mail.smtp.is_empty() {
            std::fs::create_dir_all(&dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
            return Ok(Self::Files { dir, from });
        }
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&mail.smtp).context("mail.smtp: wrong address")?.build();
        Ok(Self::Smtp { transport, from })
    }

    /// Whether the server can be reached and lets us in; a folder always can.
    ///
    /// # Errors
    /// With what the server or the line says.
    pub async fn reach(&self) -> anyhow::Result<()> {
        match self {
            Self::Files { .. } => Ok(()),
            Self::Smtp { transport, .. } => {
                anyhow::ensure!(transport.test_connection().await?, "the server does not answer as a mail server");
                Ok(())
            }
        }
    }

    /// Sends a plain text.
    ///
    /// # Errors
    /// When the address is wrong or the server does not take it.
    pub async fn send(&self, to: &str, subject: &str, body: String) -> anyhow::Result<()> {
        let from = match self {
            Self::Files { from, .. } | Self::Smtp { from, .. } => from.clone(),
        };
        // A subject is one line: nothing typed by a person can add a header.
        let subject: String = subject.chars().filter(|c| !c.is_control()).collect();
        let message = Message::builder()
            .from(from)
            .to(to.parse().with_context(|| format!("{to} is no mail address"))?)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(body)?;
        match self {
            Self::Files { dir, .. } => {
                AsyncFileTransport::<Tokio1Executor>::new(dir).send(message).await?;
            }
            Self::Smtp { transport, .. } => {
                transport.send(message).await?;
            }
        }
        Ok(())
    }
}
