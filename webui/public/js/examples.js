// Texts to begin with.

import { byId, make } from "./dom.js";
import { onLanguage, t } from "./i18n.js";

const EXAMPLES = {
  service: { text: "您好，这里是情声客服，请问有什么可以帮您？", emotion: "happy" },
  story: {
    text: "夜深了，小狐狸一个人坐在山坡上。它想起去年冬天，妈妈也是这样指着星星，轻轻地说：“你看，最亮的那颗，会一直陪着你。”",
    emotion: "sad",
  },
  notice: { text: "各位旅客请注意，开往杭州东的G7311次列车马上就要检票了，请到12号检票口排队进站。", emotion: "neutral" },
  numbers: { text: "您2024年3月5日的订单共计¥1,234.50，已优惠15%，客服电话400-820-8820。", emotion: "neutral" },
  ssml: {
    text: `<speak>
  <emotion category="happy">太好了，录取通知书到了！</emotion><break time="400ms"/>
  <emotion category="surprise" intensity="1.4">等等，这上面写的是谁的名字？</emotion>
  <emotion category="sad">原来不是寄给我的。</emotion>
</speak>`,
    emotion: "neutral",
  },
};

// `choose` is given {text, emotion}.
export function showExamples(choose) {
  onLanguage(() => {
    const chip = ([name, example]) => {
      const words = t(`example.${name}`);
      return make("button", { type: "button", class: "chip", "data-example": name, onclick: () => choose(example) }, words);
    };
    byId("examples").replaceChildren(...Object.entries(EXAMPLES).map(chip));
  });
}

export const FIRST = EXAMPLES.service.text;
