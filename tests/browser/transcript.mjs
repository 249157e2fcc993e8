// Asks questions in the widget and prints what a visitor reads: the transcript.
import { context, run, tell, watch } from "./chromium.mjs";
import { Widget } from "./widget.mjs";

// Language → the browser's locale.
const LOCALES = { en: "en-US", zh: "zh-CN" };

await run(async (browser, plan) => {
  const pages = new Map();
  const faults = [];
  const rows = [];
  for (const { text, locale, fresh } of plan.questions) {
    if (!pages.has(locale)) {
      const page = await (await context(browser, plan.base, { locale: LOCALES[locale] })).newPage();
      const seen = watch(page, plan.base);
      pages.set(locale, { widget: await Widget.on(page, plan.base + plan.path), seen });
    } else if (fresh) {
      await pages.get(locale).widget.fresh();
    }
    const { widget } = pages.get(locale);
    const row = await widget.ask(text);
    if (row.sources.length) row.opened = await widget.openSource();
    rows.push({ locale, ...row });
    tell(rows.at(-1));
  }
  for (const { seen } of pages.values()) faults.push(...seen);
  return { rows, faults };
});
