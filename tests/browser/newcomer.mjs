// Somebody new writes while many others do: what they see until their message is taken.
import { context, run, watch } from "./chromium.mjs";
import { Widget } from "./widget.mjs";

await run(async (browser, plan) => {
  const page = await (await context(browser, plan.base, { locale: plan.locale })).newPage();
  const faults = watch(page, plan.base);
  const fetched = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  const widget = await Widget.on(page, plan.base + plan.path);
  // How long the page could not answer, as somebody who types on would feel it.
  await page.evaluate(() => {
    let last = performance.now();
    window.gaps = [];
    const beat = (now) => {
      window.gaps.push(now - last);
      last = now;
      requestAnimationFrame(beat);
    };
    requestAnimationFrame(beat);
  });
  const quiet = [];
  const watching = setInterval(async () => quiet.push(await widget.bar().innerText().catch(() => "")), 40);
  const first = await widget.ask(plan.question);
  clearInterval(watching);
  const again = await widget.ask(plan.again);
  const own = await widget.messages("visitor").allInnerTexts();
  const gap = await page.evaluate(() => Math.max(...window.gaps.slice(2)));
  const said = [...new Set(quiet)].map((line) => line.split("\n")[0]);
  const solver = fetched.filter((path) => path.endsWith("/prove.js")).length;
  return { first, again, own, gap, said, solver, faults };
});
