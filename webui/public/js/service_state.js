// Whether the service can speak, and how long its queue is.

import { byId } from "./dom.js";
import { onLanguage, t } from "./i18n.js";
import { tell } from "./news.js";

const CALM_MS = 15_000;
const EAGER_MS = 2_000;
const BUSY_SECONDS = 3; // of work that waits
const NEWS = new Set(["ready", "away", "failed", "draining"]);

// Fires "ready" each time the service has become able to speak.
export class ServiceState extends EventTarget {
  #state = "asking";
  #seconds = 0;
  #timer = 0;

  constructor(api) {
    super();
    this.api = api;
    document.addEventListener("visibilitychange", () => !document.hidden && this.look());
    onLanguage(() => this.#show());
  }

  async look() {
    clearTimeout(this.#timer);
    const told = await this.api.health();
    const before = this.#state;
    this.#seconds = told.queue_seconds ?? 0;
    this.#state = told.status === "ok" ? (this.#seconds > BUSY_SECONDS ? "busy" : "ready") : told.status;
    this.#show();
    if (before !== "asking" && before !== this.#state && NEWS.has(this.#state)) tell(`state.${this.#state}`);
    const able = (state) => state === "ready" || state === "busy";
    if (able(this.#state) && !able(before)) this.dispatchEvent(new Event("ready"));
    if (!document.hidden) this.#timer = setTimeout(() => this.look(), this.#state === "ready" ? CALM_MS : EAGER_MS);
  }

  #show() {
    byId("state").dataset.state = this.#state;
    const words = t(`state.${this.#state}`, { seconds: Math.round(this.#seconds) }) ?? this.#state;
    if (byId("state-text").textContent !== words) byId("state-text").textContent = words;
  }
}
