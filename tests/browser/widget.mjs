// The widget as a visitor uses it. Playwright looks through its open shadow root.
const SETTLED_MS = 40000;

export class Widget {
  constructor(page) {
    this.page = page;
    this.panel = page.locator("warbler-chat section.panel");
    this.field = page.locator("warbler-chat .composer textarea");
  }

  /** Opens the demo page (or another) and the panel. */
  static async on(page, address) {
    const widget = new Widget(page);
    await page.goto(address);
    await widget.open();
    return widget;
  }

  async open() {
    const launcher = this.page.locator("warbler-chat .launcher");
    await this.page.locator("warbler-chat").waitFor({ state: "attached" });
    if (!(await this.panel.isVisible())) await launcher.click();
    await this.field.waitFor();
  }

  /** Writes and sends without waiting for anything. */
  async send(text) {
    await this.field.fill(text);
    await this.field.press("Enter");
  }

  /** Messages of one kind on the screen: bot, agent, system, visitor. Drafts and dots are not messages. */
  messages(kind) {
    return this.page.locator(`warbler-chat .msg.${kind}:not(.draft):not(.dots)`);
  }

  /** Asks and waits for the next message of the bot or the house; answers what it shows. */
  async ask(text) {
    const replies = this.page.locator("warbler-chat .msg:is(.bot, .system, .agent):not(.draft):not(.dots)");
    const before = await replies.count();
    const begun = Date.now();
    await this.send(text);
    await replies.nth(before).waitFor({ timeout: SETTLED_MS });
    const first = await read(replies.nth(before));
    return { asked: text, ...first, ms: Date.now() - begun };
  }

  /** Opens the first source of the newest bot message and reads the sheet. */
  async openSource() {
    await this.messages("bot").last().locator(".sources .chip").first().click();
    const sheet = this.page.locator("warbler-chat .sheet");
    await sheet.waitFor();
    const read = { title: await sheet.locator(".top h3").innerText(), passage: (await sheet.locator(".passage").innerText()).trim() };
    await this.page.keyboard.press("Escape");
    await sheet.waitFor({ state: "hidden" });
    return read;
  }

  bar() {
    return this.page.locator("warbler-chat .bar");
  }

  /** A new conversation, from the list. */
  async fresh() {
    await this.page.evaluate(() => sessionStorage.clear());
    await this.page.context().clearCookies();
    await this.page.evaluate(() => localStorage.clear());
    await this.page.reload();
    await this.open();
  }
}

/** What a message shows, as a person reads it. */
export async function read(message) {
  return message.evaluate((element) => {
    const text = (one) => one?.innerText.trim() || "";
    const all = (query) => [...element.querySelectorAll(query)];
    return {
      kind: ["bot", "agent", "system", "visitor"].find((kind) => element.classList.contains(kind)),
      text: text(element.querySelector(".body")),
      cites: all(".body .cite").map((one) => Number(one.textContent)),
      sources: all(".sources .chip").map((one) => text(one.querySelector("span"))),
      buttons: all(".replies .reply").map(text),
      extract: all(".note").some((one) => /Quoted|摘自|引自|原文/.test(text(one))),
    };
  });
}
