/** The sentences of demanding a second factor. */
export const secondFactor = {
  en: {
    "second.title": "A second factor is needed",
    "second.enrol":
      "In your role a password alone is not enough here. Add a passkey: a key in your device or on a stick, which you unlock by PIN, finger or face. Until then you can do nothing else.",
    "second.enrolLink": "Add a passkey",
    "second.use": "In your role a password alone is not enough here. You have a passkey: sign in with it.",
    "second.keys": "You have a passkey: sign in with it before you change how you sign in.",
    "second.useLink": "Sign in with a passkey",
    "second.lost": "Who has lost it asks an administrator for a new one-time password.",
    "second.off":
      "No second factor is demanded here, because everything is invented or these pages are for this computer alone. An authority that is reached over a network demands one of administrators, approvers, heads of office and auditors.",
  },
  zh: {
    "second.title": "需要第二个验证因素",
    "second.enrol":
      "以您的角色，在此仅凭密码是不够的。请添加通行密钥：保存在您的设备或安全密钥中，用PIN、指纹或面容解锁。在此之前您无法进行其他操作。",
    "second.enrolLink": "添加通行密钥",
    "second.use": "以您的角色，在此仅凭密码是不够的。您已有通行密钥：请用它登录。",
    "second.keys": "您已有通行密钥：更改登录方式之前请先用它登录。",
    "second.useLink": "使用通行密钥登录",
    "second.lost": "如果已丢失，请向管理员申请新的一次性密码。",
    "second.off":
      "此处不要求第二个验证因素，因为一切都是虚构的，或这些页面仅供本计算机使用。通过网络访问的机关要求管理员、批准人、部门负责人和审计员使用第二个验证因素。",
  },
  ar: {
    "second.title": "يلزم عامل ثانٍ",
    "second.enrol":
      "في دورك لا تكفي كلمة المرور وحدها هنا. أضف مفتاح مرور: مفتاحًا في جهازك أو على ذاكرة، تفتحه برقم سري أو ببصمة أو بالوجه. وإلى ذلك الحين لا يمكنك القيام بشيء آخر.",
    "second.enrolLink": "إضافة مفتاح مرور",
    "second.use": "في دورك لا تكفي كلمة المرور وحدها هنا. لديك مفتاح مرور: سجّل الدخول به.",
    "second.keys": "لديك مفتاح مرور: سجّل الدخول به قبل تغيير طريقة دخولك.",
    "second.useLink": "تسجيل الدخول بمفتاح مرور",
    "second.lost": "من فقده يطلب من المسؤول كلمة مرور جديدة تُستعمل مرة واحدة.",
    "second.off":
      "لا يُطلب هنا عامل ثانٍ، لأن كل شيء مختلق أو لأن هذه الصفحات لهذا الحاسوب وحده. أما السلطة التي يوصل إليها عبر الشبكة فتطلبه من المسؤولين والموافقين ورؤساء المكاتب والمدققين.",
  },
} as const;
