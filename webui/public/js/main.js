// The page: makes its parts and lets them know of each other.

import { Api } from "./api.js";
import { Comparison } from "./compare.js";
import { Controls } from "./controls.js";
import { Conversation } from "./conversation.js";
import { byId } from "./dom.js";
import { Editor } from "./editor.js";
import { needsKey } from "./errors.js";
import { showExamples } from "./examples.js";
import { Facts } from "./facts.js";
import { History } from "./history.js";
import { language, onLanguage, toggleLanguage, translate } from "./i18n.js";
import { Jobs } from "./jobs.js";
import { Key } from "./key.js";
import { Picker } from "./picker.js";
import { Player } from "./player.js";
import { PlayerBar } from "./player_bar.js";
import { ServiceState } from "./service_state.js";
import { Settings } from "./settings.js";
import { Snippets } from "./snippets.js";
import { Speaker } from "./speaker.js";
import { makeTabs } from "./tabs.js";
import { makeTheme } from "./theme.js";
import { Waveform } from "./waveform.js";
import { Words } from "./words.js";

const key = new Key();
const api = new Api(key);
const settings = new Settings();
const editor = new Editor();
const controls = new Controls(settings);
const picker = new Picker(settings);
const player = new Player();
const waveform = new Waveform(byId("wave"), player);
const words = new Words(byId("mirror"), byId("text"));
const facts = new Facts();

let known = null; // what GET /voices has told
const voiceOf = ({ voice }) => known?.voices.find(({ name }) => name === (voice ?? known.default)) ?? { sample_rate: 16000 };
const current = () => ({ text: editor.text, settings: settings.values });
const refused = (error) => needsKey(error) && key.ask(error);

const conversation = new Conversation(key);
const speaker = new Speaker({ conversation, player, words, waveform, voiceOf });
const bar = new PlayerBar({ api, speaker, editor, facts, current, refused, face: picker.face });
const history = new History({ restore, replay });
const snippets = new Snippets({ current, key });
const jobs = new Jobs({ api, current, refused });
const state = new ServiceState(api);
new Comparison({ settings, play: (values) => bar.play(values) });

function restore({ text, settings: values }) {
  settings.set(values);
  editor.put(text);
}

function replay(entry) {
  restore(entry);
  bar.play();
}

async function learn() {
  try {
    known = await api.voices();
  } catch (error) {
    refused(error);
    return;
  }
  controls.offer(known);
  picker.offer(voiceOf(settings.values).emotions);
  jobs.watch();
}

settings.addEventListener("change", () => {
  if (known) picker.offer(voiceOf(settings.values).emotions);
  snippets.show();
  waveform.draw();
});
editor.addEventListener("change", () => snippets.show());
bar.addEventListener("heard", ({ detail }) => history.add(detail));
state.addEventListener("ready", learn);
key.addEventListener("change", () => {
  conversation.close();
  snippets.show();
  learn();
});

showExamples(({ text, emotion }) => {
  settings.set({ emotion });
  editor.put(text);
});
makeTabs(document.querySelector('[role="tablist"]'), () => snippets.show());
makeTheme(() => requestAnimationFrame(() => waveform.draw()));
byId("language").addEventListener("click", toggleLanguage);
onLanguage(() => {
  const other = language() === "en" ? "zh-CN" : "en";
  byId("language").lang = other;
  byId("language").textContent = other === "en" ? "English" : "中文";
});
translate();
state.look();
