// Conversations full of payloads, shown in the widget and in the console: nothing may be fetched from anywhere else.
import { context, run, tell } from "./chromium.mjs";
import { Widget } from "./widget.mjs";

// What a page puts off would be asked for by then.
const PATIENCE_MS = 400;

await run(async (browser, plan) => {
  const faults = [];
  const count = { widget: 0, console: 0, links: 0 };
  const own = new URL(plan.base).host;
  const spy = (made, where) => {
    const note = (url) => {
      const { protocol, host } = new URL(url);
      if (!["data:", "blob:", "about:"].includes(protocol) && host !== own) faults.push(`${where}: request to ${url}`);
    };
    made.on("request", (request) => note(request.url()));
    made.on("page", (page) => {
      page.on("websocket", (socket) => note(socket.url()));
      page.on("dialog", (dialog) => {
        faults.push(`${where}: a script ran: ${dialog.message()}`);
        dialog.dismiss();
      });
      page.on("popup", () => faults.push(`${where}: a window opened`));
    });
    return made;
  };
  // Nothing but our own elements in what the model wrote.
  const foreign = (root, query) =>
    root.locator(query).evaluateAll((bodies) =>
      bodies.flatMap((body) =>
        [...body.querySelectorAll("img,script,iframe,style,link,object,embed,video,audio,svg image,form,base,meta,input,[style],[onerror],[onload],[ping]")].map(
          (one) => one.outerHTML.slice(0, 120),
        ),
      ),
    );

  for (const talk of plan.talks) {
    const made = spy(await context(browser, plan.base), `widget ${talk.conversation}`);
    await made.addInitScript(
      ({ inbox, token, conversation }) => {
        localStorage.setItem(`warbler:${inbox}:token`, token);
        sessionStorage.setItem(`warbler:${inbox}:tab`, JSON.stringify({ open: true, conversation }));
      },
      { inbox: plan.inbox, ...talk },
    );
    const page = await made.newPage();
    const widget = await Widget.on(page, plan.base + plan.path);
    await widget.messages("bot").first().waitFor({ timeout: 20000 });
    await page.waitForTimeout(PATIENCE_MS);
    count.widget += await widget.messages("bot").count();
    count.links += await page.locator("warbler-chat .msg.bot .body a").count();
    faults.push(...(await foreign(page, "warbler-chat .msg.bot .body")).map((html) => `widget: ${html}`));
    await made.close();

    const staff = spy(await context(browser, plan.base, { cookies: plan.cookies }), `console ${talk.conversation}`);
    const desk = await staff.newPage();
    await desk.goto(`${plan.base}/console/conversations/${talk.conversation}`);
    await desk.waitForTimeout(PATIENCE_MS);
    count.console += await desk.locator("li.message.bot").count();
    faults.push(...(await foreign(desk, "li.message.bot .said")).map((html) => `console: ${html}`));
    await staff.close();
    tell(talk.conversation);
  }

  // Word by word, as a draft.
  const made = spy(await context(browser, plan.base), "live");
  const page = await made.newPage();
  const widget = await Widget.on(page, plan.base + plan.path);
  for (const text of plan.live) await widget.ask(text.replaceAll("\n", " "));
  await page.waitForTimeout(PATIENCE_MS);
  await made.close();
  return { ...count, faults };
});
