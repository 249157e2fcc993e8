// Handover seen from both sides: a visitor in one browser, an agent in another who never reloads; then with scripts off.
import { context, run, tell, watch } from "./chromium.mjs";
import { Console } from "./console.mjs";
import { Widget, read } from "./widget.mjs";

const NONSENSE = ["Why do purple elephants juggle xylophones?", "Which zeppelin brews the loudest oatmeal?", "How tall is a whispered quasar sandwich?"];

const STORIES = [
  { name: "wish in English", locale: "en-US", say: ["I want a human"], reply: "Hello, Ada here. What can I do for you?" },
  { name: "wish in Chinese", locale: "zh-CN", say: ["转人工"], reply: "您好，我是 Ada，请问有什么可以帮您？" },
  { name: "three failed answers", locale: "en-US", say: NONSENSE, reply: "Let me look into these with you." },
];

await run(async (browser, plan) => {
  const told = [];
  const note = (name, what) => {
    told.push({ name, ...what });
    tell(told.at(-1));
  };
  for (const story of plan.stories ? STORIES.slice(0, plan.stories) : STORIES) note(story.name, await withScripts(browser, plan, story));
  note("scripts off", await withoutScripts(browser, plan));
  return { told, report: await report(browser, plan) };
});

async function visitor(browser, plan, locale) {
  const page = await (await context(browser, plan.base, { locale })).newPage();
  const faults = watch(page, plan.base);
  return { page, faults, widget: await Widget.on(page, plan.base + plan.path) };
}

async function agent(browser, plan, scripts = true) {
  const page = await (await context(browser, plan.base, { cookies: plan.cookies, javaScriptEnabled: scripts })).newPage();
  const faults = watch(page, plan.base);
  const desk = new Console(page, plan.base);
  await desk.go("/inbox?view=open");
  await desk.online();
  await desk.go("/inbox?view=open");
  return { page, faults, desk };
}

/** The visitor says what leads to a person; answers what the house said about it. */
async function handOver(widget, words) {
  let last;
  for (const text of words) last = await widget.ask(text);
  await widget.messages("system").first().waitFor({ timeout: 20000 });
  return last;
}

async function withScripts(browser, plan, story) {
  const { desk, page: desktop, faults: staffFaults } = await agent(browser, plan);
  const { widget, page, faults } = await visitor(browser, plan, story.locale);
  await desktop.evaluate(() => (window.neverReloaded = true));
  const rows = await desk.rows().count();
  const begun = Date.now();
  await handOver(widget, story.say);
  // The list is live: the new chat is there without a reload.
  await desktop.waitForFunction((n) => document.querySelectorAll("#rows .row").length > n, rows, { timeout: 20000 });
  const seenMs = Date.now() - begun;
  if (!(await desktop.evaluate(() => window.neverReloaded))) throw new Error("the inbox was reloaded");
  const bar = await widget.bar().innerText();

  await desk.rows().first().click();
  await desktop.locator("#composer textarea").waitFor();
  if (await desk.act("take").count()) await desk.submit(desk.act("take"));
  await desktop.locator("#composer textarea").pressSequentially(story.reply.slice(0, 12), { delay: 30 });
  await page.locator("warbler-chat .msg.dots").waitFor({ timeout: 15000 });
  const typing = await page.locator("warbler-chat .msg.dots .body").getAttribute("aria-label");

  await desk.write(story.reply);
  const sent = Date.now();
  await desk.send();
  await widget.messages("agent").first().waitFor({ timeout: 15000 });
  const replyMs = Date.now() - sent;
  const reply = await read(widget.messages("agent").first());
  if (reply.text !== story.reply) throw new Error(`the visitor reads ${JSON.stringify(reply.text)}`);

  // The newest message is changed where it stands, beside the composer, and the visitor reads it anew.
  const changed = `${story.reply} :-)`;
  await desk.change(changed);
  await widget.messages("agent").filter({ hasText: changed }).first().waitFor({ timeout: 15000 });

  // The other way: the agent sees the visitor's words live.
  const before = await desk.messages("visitor").count();
  await widget.send("Thank you, that helps.");
  await desktop.waitForFunction((n) => document.querySelectorAll("li.message.visitor").length > n, before, { timeout: 15000 });

  await desk.submit(desk.act("resolve"));
  await rate(page, 5);
  await desktop.context().close();
  await page.context().close();
  return { seenMs, replyMs, typing, bar, faults: [...staffFaults, ...faults] };
}

async function rate(page, score) {
  const card = page.locator("warbler-chat form.csat");
  await card.waitFor({ timeout: 15000 });
  await card.locator(`label:has(input[value="${score}"])`).click();
  await card.locator("textarea").fill("Kind and quick.");
  await card.locator("button.primary").click();
  await page.locator("warbler-chat .card.done").first().waitFor();
}

async function withoutScripts(browser, plan) {
  const { desk, page: desktop } = await agent(browser, plan, false);
  const { widget, page } = await visitor(browser, plan, "en-US");
  const rows = await desk.rows().count();
  await handOver(widget, ["I want to talk to a person, please"]);
  for (let tries = 0; (await desk.rows().count()) <= rows; tries++) {
    if (tries > 40) throw new Error("the chat is not in the list after reloading");
    await new Promise((done) => setTimeout(done, 250));
    await desktop.reload();
  }
  await desk.rows().first().click();
  await desktop.waitForLoadState("load");
  if (await desk.act("take").count()) await desk.submit(desk.act("take"));
  await desk.write("Written without scripts.");
  await desk.send();
  await desktop.waitForLoadState("load");
  await widget.messages("agent").first().waitFor({ timeout: 15000 });
  const reply = await read(widget.messages("agent").first());
  await desk.submit(desk.act("resolve"));
  await rate(page, 4);
  await desktop.reload();
  const again = await desk.act("reopen").count();
  await desktop.context().close();
  await page.context().close();
  return { reply: reply.text, reopen: again };
}

async function report(browser, plan) {
  const page = await (await context(browser, plan.base, { cookies: plan.cookies })).newPage();
  await new Console(page, plan.base).go("/report");
  return page.locator("main").innerText();
}
