/** The sentences of a form that was sent after its session had ended. */
export const keptForm = {
  en: {
    "kept.title": "Sign in again",
    "kept.ended":
      "Your session ended before the form was sent. Nothing was saved yet. What you typed is kept on this page as long as it stays open.",
    "kept.newWindow": "Sign in, in a new window",
    "kept.thenBack": "Then come back to this page and go on.",
    "kept.goOn": "I am signed in: go on",
    "kept.notYet": "You are not signed in yet. Sign in in the other window, then go on here.",
    "kept.sendTitle": "Send what you typed",
    "kept.signedIn":
      "You signed in anew after this form was opened, so it was not carried out. What you typed is kept: send it now, as {$person}.",
    "kept.send": "Send what I typed",
    "kept.typed": "What you typed",
  },
  zh: {
    "kept.title": "请重新登录",
    "kept.ended": "表单提交之前您的登录已结束。尚未保存任何内容。只要不关闭本页，您填写的内容就会保留。",
    "kept.newWindow": "在新窗口中登录",
    "kept.thenBack": "然后回到本页继续。",
    "kept.goOn": "我已登录：继续",
    "kept.notYet": "您尚未登录。请先在另一窗口登录，再在此继续。",
    "kept.sendTitle": "提交您填写的内容",
    "kept.signedIn": "打开此表单后您重新登录过，因此表单未被执行。您填写的内容已保留：现在以{$person}的身份提交。",
    "kept.send": "提交我填写的内容",
    "kept.typed": "您填写的内容",
  },
  ar: {
    "kept.title": "سجّل الدخول من جديد",
    "kept.ended": "انتهت جلستك قبل إرسال الاستمارة، ولم يُحفظ شيء بعد. ما كتبته باقٍ في هذه الصفحة ما دامت مفتوحة.",
    "kept.newWindow": "تسجيل الدخول في نافذة جديدة",
    "kept.thenBack": "ثم عد إلى هذه الصفحة وتابع.",
    "kept.goOn": "سجّلت الدخول: متابعة",
    "kept.notYet": "لم تسجّل الدخول بعد. سجّل الدخول في النافذة الأخرى ثم تابع هنا.",
    "kept.sendTitle": "أرسل ما كتبته",
    "kept.signedIn": "سجّلت الدخول من جديد بعد فتح هذه الاستمارة فلم تُنفَّذ. ما كتبته محفوظ: أرسله الآن باسم {$person}.",
    "kept.send": "إرسال ما كتبته",
    "kept.typed": "ما كتبته",
  },
} as const;
