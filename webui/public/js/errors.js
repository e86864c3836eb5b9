// What goes wrong, as the API words it, and as the page says it to people.

import { t } from "./i18n.js";
import { make } from "./dom.js";

const LENGTHS = /has (\d+) characters; at most (\d+)/;
const USUAL_WAIT = 2; // seconds

export class ApiError extends Error {
  // `code` as in the API's contract, or one of the page's own: empty, unreachable, unplayable.
  constructor(code, message = "", { requestId = null, retryAfter = null, status = 0 } = {}) {
    super(message);
    this.code = code;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.status = status;
  }

  static async of(response) {
    const told = await response.json().catch(() => ({}));
    const fallback = response.status >= 502 ? "unreachable" : "other";
    return new ApiError(told.code ?? fallback, told.error ?? "", {
      requestId: told.request_id ?? response.headers.get("X-Request-Id"),
      retryAfter: Number(response.headers.get("Retry-After")) || null,
      status: response.status,
    });
  }
}

export const needsKey = (error) => error.code === "key_missing" || error.code === "key_unknown";

// Shows an error in an element with role alert, or with null takes it away.
export function showError(element, error) {
  element.hidden = error === null;
  if (error !== null) element.replaceChildren(sentence(error), ...details(error));
}

export function sentence(error) {
  const [, count, most] = LENGTHS.exec(error.message) ?? [];
  const values = { seconds: error.retryAfter ?? USUAL_WAIT, count, most };
  if (error.code === "text_too_long" && !count) return t("error.body_too_large");
  return t(`error.${error.code}`, values) ?? t("error.other");
}

function details(error) {
  const lines = [];
  if (error.message) lines.push(make("small", {}, t("error.detail", { message: error.message })));
  if (error.requestId) lines.push(make("small", {}, t("error.id", { id: error.requestId })));
  return lines;
}
