/** The sentences of a request that follows another one. */
export const following = {
  en: {
    "follow.link": "Follow with: {$type}",
    "follow.title": "Follow with: {$type}",
    "follow.intro":
      "A draft to the same authority is begun with what is known already. Everything in it can be changed before it is sent, and both matters name each other.",
    "follow.taken": "What is taken over",
    "follow.button": "Begin the draft",
    "follow.follows": "Follows",
    "follow.followedBy": "Followed by",
    "follow.earlier": "the earlier request",
    "follow.mark": "Taken over from the earlier request; change it where it does not fit.",
  },
  zh: {
    "follow.link": "后续请求：{$type}",
    "follow.title": "后续请求：{$type}",
    "follow.intro": "将以已知内容向同一机关起草一份请求。发送之前其中一切均可更改，两个案件互相注明。",
    "follow.taken": "沿用的内容",
    "follow.button": "开始起草",
    "follow.follows": "后续于",
    "follow.followedBy": "后续请求",
    "follow.earlier": "先前的请求",
    "follow.mark": "沿用自先前的请求；如不适用请更改。",
  },
  ar: {
    "follow.link": "المتابعة بطلب: {$type}",
    "follow.title": "المتابعة بطلب: {$type}",
    "follow.intro":
      "تبدأ مسودة إلى السلطة نفسها بما هو معروف. ويمكن تغيير كل ما فيها قبل إرسالها، وتذكر كل من المسألتين الأخرى.",
    "follow.taken": "ما يُنقل",
    "follow.button": "بدء المسودة",
    "follow.follows": "تلي",
    "follow.followedBy": "يليها",
    "follow.earlier": "الطلب السابق",
    "follow.mark": "منقول من الطلب السابق؛ غيّره حيث لا يناسب.",
  },
} as const;
