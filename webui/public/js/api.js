// The public API over HTTP.

import { ApiError } from "./errors.js";

export const ROOT = new URL("api/", document.baseURI);

const HEALTH_MS = 5_000; // a probe that hangs says no less than one that fails

export class Api {
  constructor(key) {
    this.key = key;
  }

  // {default, voices, formats, sample_rates}
  async voices() {
    return (await this.#ask("voices")).json();
  }

  // What /healthz says, whether it can speak or not. Never fails: an unreachable service is a state, too.
  async health() {
    try {
      const signal = AbortSignal.timeout(HEALTH_MS);
      const response = await fetch(new URL("healthz", ROOT), { cache: "no-store", signal });
      const told = await response.json();
      return "model_loaded" in told ? told : { status: "away" };
    } catch {
      return { status: "away" };
    }
  }

  // The whole of a request as a file, and what its headers say of it.
  async speak(body, signal) {
    const response = await this.#ask("tts", { method: "POST", body, signal });
    const timing = /total;dur=([\d.]+)/.exec(response.headers.get("Server-Timing") ?? "");
    return {
      blob: await response.blob(),
      cache: response.headers.get("X-Cache"),
      seconds: Number(response.headers.get("X-Audio-Seconds")),
      took: timing ? Number(timing[1]) / 1000 : null,
      requestId: response.headers.get("X-Request-Id"),
    };
  }

  // Starts a job; gives its id.
  async startJob(body) {
    return (await (await this.#ask("tts/async", { method: "POST", body })).json()).task_id;
  }

  // {progress} while it is worked on, then {blob}.
  async job(id) {
    const response = await this.#ask(`tts/result/${id}`);
    return response.status === 202 ? { progress: (await response.json()).progress } : { blob: await response.blob() };
  }

  async removeJob(id) {
    await this.#ask(`tts/result/${id}`, { method: "DELETE" });
  }

  async #ask(path, { method = "GET", body, signal } = {}) {
    const headers = body === undefined ? {} : { "Content-Type": "application/json" };
    if (this.key.value) headers.Authorization = `Bearer ${this.key.value}`;
    const options = { method, headers, signal, body: body && JSON.stringify(body), cache: "no-store" };
    let response;
    try {
      response = await fetch(new URL(path, ROOT), options);
    } catch (error) {
      throw error.name === "AbortError" ? error : new ApiError("unreachable");
    }
    if (!response.ok) throw await ApiError.of(response);
    return response;
  }
}
