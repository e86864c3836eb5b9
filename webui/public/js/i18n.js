// The page's language. Elements with data-t are given its words; code asks t() and listens for changes.

import { en } from "./en.js";
import { write } from "./storage.js";
import { zh } from "./zh.js";

const LANGUAGES = { "zh-CN": zh, en };
const listeners = [];

export const language = () => document.documentElement.lang;

// Gives the words for a key, with {name} replaced by values.name; null for a key that there is not.
export function t(key, values = {}) {
  const words = LANGUAGES[language()][key];
  return words === undefined ? null : words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function onLanguage(listener) {
  listeners.push(listener);
  listener();
}

export function toggleLanguage() {
  document.documentElement.lang = language() === "en" ? "zh-CN" : "en";
  write("language", language());
  translate();
}

export function translate() {
  document.title = t("page");
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-label]")) {
    element.setAttribute("aria-label", t(element.dataset.tLabel));
  }
  for (const element of document.querySelectorAll("[data-t-placeholder]")) {
    element.placeholder = t(element.dataset.tPlaceholder);
  }
  for (const listener of listeners) listener();
}

export function number(value, digits = 0) {
  return value.toLocaleString(language(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

