//! `warbler import PATH|URL --library NAME`

use std::{
    io::{Write as _, stdout},
    path::Path,
    time::Instant,
};

use anyhow::bail;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use knowledge::{
    Audience, Upload,
    crawl::{Reach, Way},
    library, source,
};

use crate::config::Config;

/// Reasons that are printed before the rest is only counted.
const SHOWN: usize = 20;

/// Takes documents into a library. The same place again touches only what changed.
#[derive(Args)]
pub(crate) struct Import {
    /// A file, a folder, or an address that begins with http
    place: String,
    /// The library to put it in; it is made when it is new
    #[arg(long)]
    library: String,
    /// Follows links: every page of the site below the address
    #[arg(long, conflicts_with = "sitemap")]
    site: bool,
    /// The address is a sitemap: every page it lists
    #[arg(long)]
    sitemap: bool,
    /// Pages that are fetched with --site or --sitemap, at most
    #[arg(long, default_value_t = 500)]
    pages: u64,
    /// For the staff only: visitors are never answered from it, from now on if it is there already
    #[arg(long)]
    staff: bool,
    /// Prints the summary as JSON
    #[arg(long)]
    json: bool,
}

impl Import {
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<()> {
        let upload = self.upload()?;
        let (house, workspace) = super::house(&config).await?;
        let shelf = library::by_name(&house.chat, workspace, &self.library).await?;
        if self.staff
            && let Some((known, _)) = source::at(house.chat.store(), workspace, shelf.id, &upload.address).await?
        {
            source::set_audience(&house.chat, workspace, known, &Audience::Staff).await?;
        }
        let bar = bar()?;
        let started = Instant::now();
        let watch = |progress: knowledge::Progress| {
            // A crawl counts pages, a file its documents.
            let pages = progress.documents_total == 0;
            let (done, all) = if pages { (progress.files, progress.files_total) } else { (progress.documents, progress.documents_total) };
            bar.set_length(all.max(1));
            bar.set_position(done);
            bar.set_message(format!("{} ({} of {} files)", progress.file, progress.files, progress.files_total));
        };
        let summary = house.knowledge.import(workspace, shelf.id, upload, &watch).await;
        bar.finish_and_clear();
        let summary = summary?;
        if self.json {
            writeln!(stdout(), "{}", serde_json::to_string(&summary)?)?;
            return Ok(());
        }
        writeln!(
            stdout(),
            "{} into \"{}\": {} taken, {} unchanged, {} removed, {} skipped, in {:.1} s",
            self.place,
            shelf.name,
            summary.taken,
            summary.unchanged,
            summary.removed,
            summary.skipped_total(),
            started.elapsed().as_secs_f64()
        )?;
        for skipped in summary.skipped.iter().take(SHOWN) {
            writeln!(stdout(), "  skipped {}: {}", skipped.name, skipped.reason)?;
        }
        let more = summary.skipped_total().saturating_sub(SHOWN as u64);
        if more > 0 {
            writeln!(stdout(), "  and {more} more")?;
        }
        house.knowledge.ready(workspace).await?;
        house.chat.store().close().await;
        Ok(())
    }

    fn upload(&self) -> anyhow::Result<Upload> {
        let reach = Reach { pages: self.pages, ..Reach::default() };
        let web = self.place.starts_with("http://") || self.place.starts_with("https://");
        if !web && (self.site || self.sitemap) {
            bail!("--site and --sitemap need an address that begins with http.");
        }
        let upload = if self.site {
            Upload::crawl(&self.place, Way::Links, reach)
        } else if self.sitemap {
            Upload::crawl(&self.place, Way::Sitemap, reach)
        } else if web {
            Upload::url(&self.place)
        } else if Path::new(&self.place).exists() {
            Upload::path(&self.place)
        } else {
            bail!("{} is not there: name a file, a folder, or an address that begins with http.", self.place);
        };
        Ok(if self.staff { upload.with_audience(Audience::Staff) } else { upload })
    }
}

fn bar() -> anyhow::Result<ProgressBar> {
    let bar = ProgressBar::new(1);
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}")?);
    Ok(bar)
}
