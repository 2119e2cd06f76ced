import type { Sentences } from "./sentences.ts";

type Key =
  | "organisation.or"
  | "organisation.button"
  | "organisation.done"
  | "organisation.continue"
  | "organisation.refused"
  | "organisation.away";

/** Sentences of signing in through one's organisation. */
export const organisation = {
  en: {
    "organisation.or": "Or without a password of this authority:",
    "organisation.button": "Sign in through your organisation",
    "organisation.done": "You are signed in",
    "organisation.continue": "Go on to the matters",
    "organisation.refused":
      "You could not be signed in through your organisation. Ask an administrator of this authority.",
    "organisation.away":
      "The service of your organisation cannot be reached now. Try again later, or use your password.",
  },
  zh: {
    "organisation.or": "或者，不使用本机关的密码：",
    "organisation.button": "通过本单位登录",
    "organisation.done": "您已登录",
    "organisation.continue": "前往案件列表",
    "organisation.refused": "无法通过您的单位登录。请询问本机关的管理员。",
    "organisation.away": "目前无法连接您单位的登录服务。请稍后再试，或使用密码。",
  },
  ar: {
    "organisation.or": "أو من دون كلمة مرور لدى هذه السلطة:",
    "organisation.button": "تسجيل الدخول عن طريق مؤسستك",
    "organisation.done": "تم تسجيل دخولك",
    "organisation.continue": "المتابعة إلى المسائل",
    "organisation.refused": "تعذر تسجيل دخولك عن طريق مؤسستك. اسأل أحد مديري هذه السلطة.",
    "organisation.away": "لا يمكن الوصول إلى خدمة مؤسستك الآن. أعد المحاولة لاحقا أو استعمل كلمة المرور.",
  },
} satisfies Sentences<Key>;
