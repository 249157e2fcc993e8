//! `warbler agent …`

use std::io::{BufRead, IsTerminal, Write as _, stdout};

use anyhow::Context;
use chat::agent::{self, NewAgent, Role};
use clap::{Args, Subcommand};

use crate::config::Config;

/// Accounts of the staff.
#[derive(Args)]
pub(crate) struct Agent {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// Makes an account; the password is read from standard input
    Add(Add),
    /// Prints a one-time link that lets an agent choose a new password
    Reset {
        /// The account's address
        #[arg(long)]
        email: String,
    },
}

#[derive(Args)]
struct Add {
    /// What they sign in with
    #[arg(long)]
    email: String,
    /// What visitors and colleagues read
    #[arg(long)]
    name: String,
    /// agent, admin or owner
    #[arg(long, default_value = "agent")]
    role: Role,
    /// en or zh
    #[arg(long, default_value = "en")]
    locale: String,
    /// Live chats at once [default: the desk's]
    #[arg(long)]
    capacity: Option<i64>,
}

impl Agent {
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<()> {
        let (house, workspace) = super::house(&config).await?;
        let chat = &house.chat;
        match self.act {
            Act::Add(add) => {
                let password = read_password()?;
                let password_hash = agent::hash_password(&password, chat.random())?;
                let capacity = add.capacity.unwrap_or(i64::from(config.desk.capacity));
                let locale = chat::locale_of(&add.locale).to_owned();
                let new = NewAgent { email: add.email, name: add.name, role: add.role, locale, capacity, password_hash };
                match agent::create(chat.store(), workspace, chat.id(), &new, chat.now()).await {
                    Ok(made) => writeln!(stdout(), "{} can sign in as {} ({}).", made.name, made.email, made.role)?,
                    Err(chat::Error::Taken) => anyhow::bail!(
                        "{} has an account already. `warbler agent reset --email {}` lets them choose a new password.",
                        new.email,
                        new.email
                    ),
                    Err(error) => return Err(error.into()),
                }
            }
            Act::Reset { email } => {
                let (found, _) = agent::by_email(chat.store(), &email).await?.with_context(|| format!("{email} has no account here"))?;
                let token =
                    chat::invite::create(chat.store(), chat.random(), found.workspace, found.role, Some(found.id), chat.now()).await?;
                writeln!(stdout(), "{}/console/invite/{token}", crate::serve::base(&config))?;
            }
        }
        Ok(())
    }
}

fn read_password() -> anyhow::Result<String> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        eprint!("Password (at least {} characters; it is shown as you type): ", agent::MIN_PASSWORD);
    }
    let mut line = String::new();
    stdin.lock().read_line(&mut line).context("the password cannot be read")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
