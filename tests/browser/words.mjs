// Watches an answer arrive: how often and in which pieces the draft grew before it became the message.
import { context, run, watch } from "./chromium.mjs";
import { Widget, read } from "./widget.mjs";

await run(async (browser, plan) => {
  const page = await (await context(browser, plan.base)).newPage();
  const faults = watch(page, plan.base);
  const widget = await Widget.on(page, plan.base + plan.path);
  await page.evaluate(() => {
    const root = document.querySelector("warbler-chat").shadowRoot;
    window.growth = [];
    new MutationObserver(() => {
      const draft = root.querySelector(".msg.draft .body");
      const text = draft?.innerText ?? "";
      const last = window.growth.at(-1);
      if (text && text !== last?.text) window.growth.push({ text, at: Math.round(performance.now()) });
    }).observe(root, { subtree: true, childList: true, characterData: true });
  });
  const asked = await widget.ask(plan.question);
  const growth = await page.evaluate(() => window.growth);
  const drafts = await page.locator("warbler-chat .msg.draft").count();
  const answer = await read(widget.messages("bot").last());
  const opened = answer.sources.length ? await widget.openSource() : null;
  return { growth, answer, opened, drafts, ms: asked.ms, faults };
});
