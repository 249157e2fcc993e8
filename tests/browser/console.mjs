// The console as an agent uses it, with scripts on or off.
export class Console {
  constructor(page, base) {
    this.page = page;
    this.base = base;
  }

  async go(path) {
    const answer = await this.page.goto(this.base + "/console" + path);
    if (answer.status() >= 400) throw new Error(`${path} answered ${answer.status()}`);
    return answer;
  }

  rows() {
    return this.page.locator("#rows .row");
  }

  async signIn(email, password) {
    await this.go("/login");
    await this.page.fill('[name="email"]', email);
    await this.page.fill('[name="password"]', password);
    await this.submit(this.page.locator('form:has([name="password"])'));
  }

  /** Says "I am here", if it does not already. */
  async online() {
    const button = this.page.locator('form[action="/console/presence"] button[value="online"]');
    if (!(await button.count())) return;
    await this.page.locator(".side-me summary").click();
    await this.submit(button);
  }

  /** Presses a button (or a form's only button) and waits until the page has answered. */
  async submit(target) {
    const button = (await target.evaluate((element) => element.tagName)) === "FORM" ? target.locator("button").first() : target;
    await button.click();
    await this.page.waitForLoadState("load");
  }

  act(name) {
    return this.page.locator(`form[action$="/${name}"] button`).first();
  }

  messages(kind) {
    return this.page.locator(`li.message.${kind}`);
  }

  async write(text) {
    await this.page.fill("#composer textarea", text);
  }

  async send() {
    await this.page.locator('#composer button[value="stay"]').click();
  }

  /** Changes what the newest reply says. */
  async change(text) {
    const open = this.page.locator("details.change[open]");
    // It may be drawn anew in the very moment of the click; once it is open it stays.
    while ((await open.count()) === 0) {
      await this.page.locator("li.message.agent details.change summary").last().click();
      await this.page.waitForTimeout(300);
    }
    await open.locator("textarea").fill(text);
    await this.page.locator('details.change[open] button[value="edit"]').click();
  }
}
