// Speech while it is being made: the WebSocket /tts/ws, which also tells when each word is heard.

import { ROOT } from "./api.js";
import { ApiError, needsKey } from "./errors.js";

const IDLE_MS = 20_000; // an open connection takes a place in the service
const NOT_READY = 1013;

export class Conversation {
  #socket = null;
  #opening = null; // a promise while the socket connects
  #turn = null; // what is being spoken: its listener and how to settle it
  #silence = null; // a promise while a cancelled turn is still ending
  #hush = () => {};
  #idle = 0;

  constructor(key) {
    this.key = key;
  }

  // Speaks a text. `heard` gets started({sample_rate}), sentence(event) and sound(Int16Array) as they come.
  // Resolves with {seconds, sentences, hits} when all has come, with null when it was cancelled.
  async speak(text, style, heard) {
    this.cancel();
    clearTimeout(this.#idle);
    const turn = { heard, sentences: 0, hits: 0 };
    const done = new Promise((resolve, reject) => Object.assign(turn, { resolve, reject }));
    done.catch(() => {}); // nobody waits for it where there is no connection
    this.#turn = turn;
    try {
      if (this.#silence) await this.#silence;
      let socket = this.#connected();
      if (socket instanceof Promise) socket = await socket; // else the text is on its way before this returns
      if (this.#turn !== turn) return null;
      const key = this.key.value ? { api_key: this.key.value } : {};
      for (const message of [{ type: "start", ...style, ...key }, { type: "text", text }, { type: "end" }]) {
        socket.send(JSON.stringify(message));
      }
      return await done;
    } finally {
      if (this.#turn === turn) this.#turn = null;
      if (this.#turn === null) this.#rest();
    }
  }

  // Connects, for a text that is likely to come.
  async warm() {
    await Promise.resolve(this.#connected()).catch(() => {}); // speaking will tell
    if (this.#turn === null) this.#rest();
  }

  cancel() {
    const turn = this.#turn;
    if (turn === null) return;
    this.#turn = null;
    this.#hold();
    turn.resolve(null);
  }

  close() {
    this.#socket?.close();
  }

  #rest() {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.close(), IDLE_MS);
  }

  // A socket that is open, or the promise of one.
  #connected() {
    const state = this.#socket?.readyState;
    if (state === WebSocket.OPEN) return this.#socket;
    if (state === WebSocket.CONNECTING) return this.#opening;
    const address = new URL("tts/ws", ROOT);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.#take(data));
    this.#socket = socket;
    this.#opening = new Promise((resolve, reject) => {
      socket.addEventListener("open", () => resolve(socket));
      socket.addEventListener("close", ({ code }) => {
        const error = new ApiError(code === NOT_READY ? "not_ready" : "unreachable");
        reject(error); // without an effect once it was open
        this.#ended(socket, error);
      });
    });
    return this.#opening;
  }

  #ended(socket, error) {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.#quiet();
    this.#turn?.reject(error);
  }

  // Has the service stop; what still comes up to its word for that is not heeded.
  #hold() {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#silence ??= new Promise((resolve) => (this.#hush = resolve));
    this.#socket.send(JSON.stringify({ type: "cancel" }));
  }

  #quiet() {
    this.#hush();
    this.#silence = null;
  }

  #take(data) {
    const turn = this.#turn;
    if (data instanceof ArrayBuffer) {
      if (turn && !this.#silence) turn.heard.sound(new Int16Array(data));
      return;
    }
    const event = JSON.parse(data);
    if (event.type === "cancelled") this.#quiet();
    else if (turn && !this.#silence) this.#heed(turn, event);
  }

  #heed(turn, event) {
    if (event.type === "started") turn.heard.started(event);
    if (event.type === "sentence") {
      turn.sentences += 1;
      turn.hits += event.cached ? 1 : 0;
      turn.heard.sentence(event);
    }
    if (event.type === "done") turn.resolve({ seconds: event.seconds, sentences: turn.sentences, hits: turn.hits });
    if (event.type === "error") {
      const told = { requestId: event.request_id, retryAfter: event.retry_after };
      const error = new ApiError(event.code, event.error, told);
      if (needsKey(error)) this.close();
      else if (!event.ended) this.#hold();
      turn.reject(error);
    }
  }
}
