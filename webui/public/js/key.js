// The API key: asked for when the service wants one, and kept for this tab only.

import { byId } from "./dom.js";
import { showError } from "./errors.js";

const NAME = "qingsheng.key";

export class Key extends EventTarget {
  constructor() {
    super();
    this.dialog = byId("key");
    byId("key-open").addEventListener("click", () => this.ask(null));
    byId("key-cancel").addEventListener("click", () => this.dialog.close());
    byId("key-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#take(byId("key-value").value.trim());
    });
  }

  get value() {
    return sessionStorage.getItem(NAME);
  }

  // Opens the dialog; with an error it says why.
  ask(error) {
    byId("key-open").hidden = false;
    showError(byId("key-why"), error);
    byId("key-value").value = "";
    if (!this.dialog.open) this.dialog.showModal();
    byId("key-value").focus();
  }

  #take(value) {
    if (value) sessionStorage.setItem(NAME, value);
    else sessionStorage.removeItem(NAME);
    this.dialog.close();
    this.dispatchEvent(new Event("change"));
  }
}
