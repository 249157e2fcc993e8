// One way to send a form's fields; what comes back is always {ok, status, flash, text, errors, to}.
const FAILED = { ok: false, status: 0, text: "", errors: {}, flash: null, to: "" };

/** Posts `fields` (FormData, URLSearchParams or an object) to `address`. Never throws. */
export async function post(address, fields, { keepalive = false } = {}) {
  const body = new URLSearchParams(
    fields instanceof FormData ? [...fields].filter(([, value]) => typeof value === "string") : fields,
  );
  const headers = { Accept: "application/json", "X-CSRF-Token": document.body.dataset.csrf ?? "" };
  let response;
  try {
    response = await fetch(address, { method: "POST", body, headers, keepalive, redirect: "manual" });
  } catch {
    return FAILED;
  }
  if (response.status === 401 || response.type === "opaqueredirect") {
    return { ...FAILED, status: 401 };
  }
  const said = response.status === 204 ? {} : await response.json().catch(() => ({}));
  return { ...FAILED, ok: response.ok, status: response.status, ...said };
}
