// Long texts as jobs: started, watched, fetched. Their ids outlive the page.

import { byId, make } from "./dom.js";
import { showError } from "./errors.js";
import { sizeWords } from "./facts.js";
import { ending, fileName, save } from "./files.js";
import { number, onLanguage, t } from "./i18n.js";
import { tell } from "./news.js";
import { fields } from "./settings.js";
import { read, write } from "./storage.js";

const MOST = 20;
const LOOK_MS = 1000;
const TITLE = 60; // characters

export class Jobs {
  #jobs = read("jobs", []); // {id, title, file, format, lines}; while the page is open also progress, blob, error, gone
  #timer = 0;

  // `current` gives {text, settings}; `refused` is told of errors.
  constructor({ api, current, refused }) {
    Object.assign(this, { api, current, refused });
    byId("job-start").addEventListener("click", () => this.#start());
    onLanguage(() => this.#showAll());
  }

  // Looks how the jobs of an earlier visit are getting on.
  async watch() {
    clearTimeout(this.#timer);
    const open = this.#jobs.filter((job) => !job.blob && !job.error && !job.gone);
    await Promise.all(open.map((job) => this.#look(job)));
    if (open.length) this.#timer = setTimeout(() => this.watch(), LOOK_MS);
  }

  async #start() {
    const { text, settings } = this.current();
    const lines = byId("job-lines").checked ? text.split("\n").map((line) => line.trim()).filter(Boolean) : null;
    showError(byId("job-error"), null);
    try {
      const id = await this.api.startJob({ ...(lines ? { texts: lines } : { text }), ...fields(settings) });
      const { format, emotion } = settings;
      const job = { id, title: text.slice(0, TITLE), file: fileName(text, emotion, ""), format, lines: lines?.length ?? null };
      this.#keep([job, ...this.#jobs].slice(0, MOST));
      tell("news.job");
      await this.watch();
    } catch (error) {
      showError(byId("job-error"), error);
      this.refused(error);
    }
  }

  async #look(job) {
    try {
      const { progress, blob } = await this.api.job(job.id);
      job.progress = progress;
      job.blob = blob;
      if (blob) tell("news.job.done", { title: job.title });
    } catch (error) {
      if (error.code === "unknown_job") job.gone = true;
      else if (error.status === 500) job.error = error;
      else this.refused(error); // it may be better the next time
    }
    this.#show(job);
  }

  async #remove(job) {
    this.#keep(this.#jobs.filter((other) => other !== job));
    byId("job-start").focus();
    if (!job.gone) await this.api.removeJob(job.id).catch(() => {}); // it goes by itself in the end
  }

  #keep(jobs) {
    this.#jobs = jobs;
    write("jobs", jobs.map(({ id, title, file, format, lines }) => ({ id, title, file, format, lines })));
    this.#showAll();
  }

  #showAll() {
    byId("jobs-empty").hidden = this.#jobs.length > 0;
    byId("jobs").replaceChildren(...this.#jobs.map((job) => this.#item(job)));
  }

  // Only where it changed, so that a player goes on playing and the focus stays.
  #show(job) {
    const old = byId("jobs").querySelector(`[data-id="${job.id}"]`);
    if (!old) return;
    const bar = old.querySelector("progress");
    if (bar && job.progress !== undefined) {
      bar.value = job.progress;
      old.querySelector(".what").textContent = percent(job);
    } else if (old.dataset.state !== stateOf(job)) old.replaceWith(this.#item(job));
  }

  #item(job) {
    const remove = t(job.blob || job.error || job.gone ? "job.forget" : "job.cancel");
    const named = { type: "button", class: "plain", "aria-label": `${remove}: ${job.title}`, onclick: () => this.#remove(job) };
    const side = make("div", { class: "side" }, job.blob ? this.#download(job) : null, make("button", named, remove));
    const count = job.lines === null ? "" : ` · ${t("job.files", { count: job.lines })}`;
    const title = make("p", { class: "title" }, job.title + count);
    return make("li", { "data-id": job.id, "data-state": stateOf(job) }, title, side, ...this.#rest(job));
  }

  #rest(job) {
    const what = (words, kind = "what") => make("p", { class: kind }, words);
    if (job.error) {
      const place = make("div", { class: "what bad" });
      showError(place, job.error);
      return [place];
    }
    if (job.gone) return [what(t("job.gone"))];
    if (!job.blob) {
      const label = t("job.progress", { title: job.title });
      return [make("progress", { max: 1, value: job.progress ?? 0, "aria-label": label }), what(percent(job))];
    }
    const done = what(t("job.done", { size: sizeWords(job.blob.size) }));
    job.address ??= URL.createObjectURL(job.blob);
    const playable = job.blob.type.startsWith("audio/") && job.format !== "pcm";
    return playable ? [done, make("audio", { controls: true, src: job.address, preload: "metadata" })] : [done];
  }

  #download(job) {
    const name = job.file + ending(job.blob, job.format);
    const keep = () => save(job.blob, name);
    return make("button", { type: "button", class: "solid", "aria-label": `${t("download")}: ${job.title}`, onclick: keep }, t("download"));
  }
}

const percent = ({ progress = 0 }) => t("job.percent", { percent: number(progress * 100) });

const stateOf = (job) => (job.gone ? "gone" : job.error ? "failed" : job.blob ? "done" : "making");
