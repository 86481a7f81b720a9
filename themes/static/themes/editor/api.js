/* What the console is asked for. A refusal carries its status and what was said. */

export class Refusal extends Error {
  constructor(status, told) {
    super(told.detail || told.title || told.error || String(status));
    Object.assign(this, { status, told });
  }
}

let token = "";
export const useToken = (value) => {
  token = value;
};

export async function ask(url, method = "GET", body) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = token;
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  const sent = body === undefined || isForm ? body : JSON.stringify(body);
  const answer = await fetch(url, { method, headers, body: sent, redirect: "manual" });
  if (answer.type === "opaqueredirect") throw new Refusal(401, { detail: "" });
  const kind = answer.headers.get("Content-Type") || "";
  const told = kind.includes("json") ? await answer.json() : {};
  if (!answer.ok) throw new Refusal(answer.status, told);
  return told;
}
