// Pictures of the console's pages and of the widget in its states, in every look.
import { join } from "node:path";
import { context, dressed, run, stand, tell } from "./chromium.mjs";
import { Widget } from "./widget.mjs";

const CONSOLE = ["/console/", "/console/sources", "/console/sources/new", "/console/sources/check", "/console/search?q=website", "/console/gaps", "/console/articles", "/console/articles/new", "/console/collections/new", "/console/cases", "/console/releases", "/console/bot", "/console/tools", "/console/tools/new", "/console/approvals", "/console/bot/rules", "/console/models", "/console/bot/rules/learn", "/console/playground", "/console/people", "/console/canned", "/console/report", "/console/agreement", "/console/beside", "/console/tokens", "/console/inboxes", "/console/account"];

await run(async (browser, plan) => {
  const made = [];
  const save = async (page, name, look) => {
    const path = join(plan.to, `${name}.${look.locale.slice(0, 2)}.${look.theme}.${look.width}.png`);
    await stand(page);
    await page.screenshot({ path });
    made.push(path);
    tell(path);
  };
  for (const look of plan.looks) {
    const options = { locale: look.locale, colorScheme: look.theme, viewport: { width: look.width, height: look.width < 600 ? 844 : 800 } };
    const staff = await dressed(browser, plan.base, plan.cookies, look, options);
    const page = await staff.newPage();
    const inbox = plan.pages.filter((path) => path.startsWith("/console/inbox/"));
    const talks = [inbox[1], inbox[3]].map((path, n) => [`inbox-${n + 1}`, path]);
    const why = plan.pages.find((path) => path.includes("/why/"));
    const article = plan.pages.find((path) => /articles\/[0-9a-f]{8}-/.test(path));
    const split = plan.pages.find((path) => path.endsWith("/split"));
    const help = plan.pages.filter((path) => path.startsWith("/help/") && path.includes(`/${look.locale.slice(0, 2)}`));
    for (const [name, path] of [...talks, ...(why ? [["why", why]] : []), ...(article ? [["article", article]] : []), ...(split ? [["source", split.replace("/split", "")], ["source-split", split]] : []), ["inbox-list", "/console/inbox?view=all"], ...CONSOLE.map((path) => [path.replace(/^\/console\/|\?.*$/g, "").replaceAll("/", "-") || "home", path])]) {
      await page.goto(plan.base + path);
      await page.waitForTimeout(200);
      await save(page, `console-${name}`, look);
    }
    await staff.close();
    const guest = await context(browser, plan.base, options);
    for (const path of help) {
      const read = await guest.newPage();
      await read.goto(plan.base + path);
      await read.waitForTimeout(300);
      await save(read, `help-${path.split("/")[4]?.replace(/\?.*$/, "") ?? "home"}`, look);
      await read.close();
    }
    await widget(guest, plan, look, save);
    await guest.close();
  }
  return { pictures: made.length, folder: plan.to };
});

async function widget(guest, plan, look, save) {
  const page = await guest.newPage();
  const widget = await Widget.on(page, plan.base + plan.path);
  await page.waitForTimeout(300);
  await save(page, "widget-first", look);
  const zh = look.locale.startsWith("zh");
  const asked = await widget.ask(zh ? plan.questions.zh : plan.questions.en);
  await page.waitForTimeout(300);
  await save(page, "widget-answer", look);
  if (asked.sources.length) {
    await widget.messages("bot").last().locator(".sources .chip").first().click();
    await page.waitForTimeout(300);
    await save(page, "widget-source", look);
    await page.keyboard.press("Escape");
  }
  await widget.ask(zh ? "转人工" : "I want a human");
  await page.waitForTimeout(400);
  await save(page, "widget-queue", look);
}
