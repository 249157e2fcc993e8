// A gap becomes an answer: visitors ask what nobody knows, an agent answers one of them, and a few clicks later the bot knows.
import { context, run, tell, watch } from "./chromium.mjs";
import { Console } from "./console.mjs";
import { Widget, read } from "./widget.mjs";

await run(async (browser, plan) => {
  const faults = [];
  const asked = await ask(browser, plan, faults);
  const agent = await (await context(browser, plan.base, { cookies: plan.cookies })).newPage();
  faults.push(watch(agent, plan.base));
  const desk = new Console(agent, plan.base);
  await answer(desk, plan, asked);
  tell("answered by an agent");

  // From the start page: every press is counted.
  await desk.go("/");
  let clicks = 0;
  const click = async (target) => {
    clicks += 1;
    await target.click();
    await agent.waitForLoadState("load");
  };
  await click(agent.locator('nav a[href="/console/gaps"]'));
  const row = agent.locator("tbody tr", { hasText: /faroe islands/i }).first();
  const together = await row.locator(".sub").innerText();
  await click(row.locator("a.button"));
  const draft = await agent.locator('textarea[name="answer"]').inputValue();
  const also = await agent.locator('input[name="also"]:checked').count();
  await click(agent.locator('main form button.primary'));
  const left = await agent.locator("tbody tr").count();
  tell({ clicks, draft, also, together, left });

  const page = await (await context(browser, plan.base)).newPage();
  faults.push(watch(page, plan.base));
  const widget = await Widget.on(page, plan.base + plan.path);
  await widget.ask(plan.again);
  const known = await read(widget.messages("bot").last());
  return { clicks, draft, also, together, left, known, faults: faults.flat() };
});

/** Each question in a conversation of its own; the first one goes on to a person. */
async function ask(browser, plan, faults) {
  const pages = [];
  for (const question of plan.questions) {
    const page = await (await context(browser, plan.base)).newPage();
    faults.push(watch(page, plan.base));
    const widget = await Widget.on(page, plan.base + plan.path);
    await widget.ask(question);
    pages.push({ page, widget });
  }
  await pages[0].widget.ask("I want a human");
  await pages[0].widget.messages("system").first().waitFor({ timeout: 20000 });
  return pages[0];
}

async function answer(desk, plan, asked) {
  await desk.go("/inbox?view=open");
  await desk.online();
  await desk.go("/inbox?view=open");
  await desk.rows().first().click();
  await desk.page.locator("#composer textarea").waitFor();
  if (await desk.act("take").count()) await desk.submit(desk.act("take"));
  await desk.write(plan.reply);
  await desk.send();
  await asked.widget.messages("agent").first().waitFor({ timeout: 15000 });
  await desk.submit(desk.act("resolve"));
}
