/** The sentences of a request as it is read and printed, where the form has to say more. */
export const document = {
  en: {
    "read.person.name": "Name",
    "read.person.born": "Born",
    "read.person.age": "Age",
    "read.person.nationality": "Nationality",
    "read.offence.national": "Offence",
    "document.draft": "Draft: not approved and not sent. It is no request yet.",
    "document.approved": "Approved and signed",
    "erasure.exportLogged":
      "That you export it, and when, is logged. A reason is not asked: it would be erased like the rest of the matter.",
  },
  zh: {
    "read.person.name": "姓名",
    "read.person.born": "出生",
    "read.person.age": "年龄",
    "read.person.nationality": "国籍",
    "read.offence.national": "罪行",
    "document.draft": "草稿：未经批准，亦未发出，尚不构成请求。",
    "document.approved": "批准并签署",
    "erasure.exportLogged": "您的导出及其时间会被记录。不询问理由：理由会与案件其余内容一样被删除。",
  },
  ar: {
    "read.person.name": "الاسم",
    "read.person.born": "الميلاد",
    "read.person.age": "العمر",
    "read.person.nationality": "الجنسية",
    "read.offence.national": "الجريمة",
    "document.draft": "مسودة: لم تُعتمد ولم تُرسل، وليست طلبا بعد.",
    "document.approved": "وافق ووقّع",
    "erasure.exportLogged": "يُسجَّل أنك صدّرتها ومتى. لا يُسأل عن السبب، لأنه سيُمحى كبقية المسألة.",
  },
} as const;
