// axe-core on every page and on the widget in its states, in both themes and languages; and the policies of all of them.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { context, dressed, run, stand, tell, watch } from "./chromium.mjs";
import { Widget } from "./widget.mjs";
import { judge } from "./policy.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

await run(async (browser, plan) => {
  const found = [];
  const policies = new Map();
  const faults = [];
  for (const look of plan.looks) {
    // What moves is judged where it comes to rest: what is half faded in has no contrast.
    const options = { locale: look.locale, colorScheme: look.theme, viewport: { width: look.width, height: 800 }, reducedMotion: "reduce" };
    // The policy forbids scripts that are not the page's own, axe among them; bypassing it changes nothing else.
    const staff = await dressed(browser, plan.base, plan.cookies, look, { ...options, bypassCSP: true });
    for (const path of plan.pages) found.push(...(await onPage(staff, plan.base + path, look)));
    found.push(...(await onMoments(staff, plan, look)));
    await staff.close();
    const door = await context(browser, plan.base, { ...options, bypassCSP: true });
    for (const path of plan.doors) found.push(...(await onPage(door, plan.base + path, look)));
    found.push(...(await onWidget(door, plan, look)));
    await door.close();
  }
  const plain = await context(browser, plan.base, { cookies: plan.cookies });
  for (const path of [...plan.pages, ...plan.doors, plan.path]) {
    const page = await plain.newPage();
    const seen = watch(page, plan.base);
    const answer = await page.goto(plan.base + path, { waitUntil: "load" });
    const policy = answer.headers()["content-security-policy"] || "";
    if (answer.status() < 400) policies.set(policy, [...(policies.get(policy) || []), path]);
    await page.waitForTimeout(150);
    faults.push(...seen.map((fault) => `${path}: ${fault}`));
    await page.close();
  }
  const judged = [...policies].map(([policy, pages]) => ({ policy, pages: pages.length, findings: judge(policy) }));
  return { looks: plan.looks.length, pages: plan.pages.length + plan.doors.length, violations: found, policies: judged, faults };
});

async function onPage(made, address, look) {
  const page = await made.newPage();
  const answer = await page.goto(address, { waitUntil: "load" });
  // The hosted chat is drawn by the widget, which comes after the page.
  if (new URL(address).pathname.startsWith("/chat/")) await page.locator("warbler-chat .panel h2").waitFor();
  const found = answer.status() >= 400 ? [{ page: address, id: `status ${answer.status()}`, nodes: [] }] : await check(page, new URL(address).pathname, look);
  await page.close();
  return found;
}

/** What a page shows for a moment only, held still: rows and messages that changed, a lost connection. */
async function onMoments(made, plan, look) {
  const page = await made.newPage();
  await page.goto(plan.base + plan.pages.find((path) => path.startsWith("/console/inbox/")), { waitUntil: "load" });
  const found = [];
  await page.evaluate(() => {
    for (const one of document.querySelectorAll("#rows > li, #messages > .message")) one.dataset.changed = "";
    for (const one of document.getAnimations()) {
      one.pause();
      one.currentTime = 0;
    }
  });
  found.push(...(await judgeNow(page, "moment: changed", look)));
  await page.evaluate(() => {
    for (const one of document.getAnimations()) one.finish();
    document.getElementById("offline").removeAttribute("hidden");
  });
  found.push(...(await judgeNow(page, "moment: offline", look)));
  await page.close();
  return found;
}

async function onWidget(made, plan, look) {
  const page = await made.newPage();
  const found = [];
  const state = async (name) => found.push(...(await check(page, `widget: ${name}`, look, "warbler-chat")));
  await page.goto(plan.base + plan.path);
  await page.locator("warbler-chat .launcher").waitFor();
  await state("closed");
  const widget = new Widget(page);
  await widget.open();
  await state("first view");
  const asked = await widget.ask(look.locale.startsWith("zh") ? plan.questions.zh : plan.questions.en);
  await state("an answer");
  if (asked.sources.length) {
    await widget.messages("bot").last().locator(".sources .chip").first().click();
    await page.locator("warbler-chat .sheet").waitFor();
    await state("a source");
    await page.keyboard.press("Escape");
  }
  await widget.ask(look.locale.startsWith("zh") ? "转人工" : "I want a human");
  await page.waitForTimeout(500);
  await state("handed over");
  await page.close();
  return found;
}

async function check(page, name, look, only) {
  await stand(page);
  return judgeNow(page, name, look, only);
}

async function judgeNow(page, name, look, only) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async ([tags, only]) => {
    const target = only ? { include: [[only]] } : document;
    const done = await window.axe.run(target, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
    return done.violations.map(({ id, impact, help, nodes }) => ({
      id, impact, help,
      nodes: nodes.slice(0, 5).map((node) => `${node.target.flat().join(" ")}: ${(node.failureSummary || "").replace(/\s+/g, " ").slice(0, 300)}`),
    }));
  }, [TAGS, only]);
  tell({ page: name, ...look, violations: violations.length });
  return violations.map((violation) => ({ page: name, look: `${look.locale} ${look.theme} ${look.width}`, ...violation }));
}
