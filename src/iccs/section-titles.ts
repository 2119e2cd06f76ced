/**
 * Titles of the eleven sections in French, Russian, Chinese and Arabic, after the translations of the ICCS that UNODC
 * publishes. Only the English and Spanish ones (in the table) have been compared word by word with the publication; these
 * were not, and wait for a reader who has the printed translations.
 */
export const sectionTitles = {
  "01": {
    fr: "Actes causant la mort ou visant à causer la mort",
    ru: "Деяния, повлекшие смерть или совершенные с намерением причинить смерть",
    zh: "导致死亡或意图导致死亡的行为",
    ar: "الأفعال المفضية إلى الموت أو التي يُقصد بها التسبب في الموت",
  },
  "02": {
    fr: "Actes portant atteinte ou visant à porter atteinte à la personne",
    ru: "Деяния, причиняющие вред или совершенные с намерением причинить вред лицу",
    zh: "对人造成伤害或意图对人造成伤害的行为",
    ar: "الأفعال المسببة للأذى أو التي يُقصد بها إيذاء الأشخاص",
  },
  "03": {
    fr: "Actes préjudiciables à caractère sexuel",
    ru: "Деяния сексуального характера, причиняющие вред",
    zh: "性侵害行为",
    ar: "الأفعال المؤذية ذات الطابع الجنسي",
  },
  "04": {
    fr: "Actes contre les biens avec violence ou menace de violence contre une personne",
    ru: "Деяния против собственности, сопряженные с насилием или угрозой насилия в отношении лица",
    zh: "涉及对人使用暴力或威胁的侵犯财产行为",
    ar: "الأفعال الموجهة ضد الممتلكات والمنطوية على عنف أو تهديد ضد الأشخاص",
  },
  "05": {
    fr: "Actes contre les biens uniquement",
    ru: "Деяния только против собственности",
    zh: "仅侵犯财产的行为",
    ar: "الأفعال الموجهة ضد الممتلكات فقط",
  },
  "06": {
    fr: "Actes liés à des drogues placées sous contrôle ou à d’autres substances psychoactives",
    ru: "Деяния, связанные с контролируемыми наркотиками или другими психоактивными веществами",
    zh: "涉及受管制药物或其他精神活性物质的行为",
    ar: "الأفعال المتصلة بالعقاقير الخاضعة للمراقبة أو غيرها من المواد ذات التأثير النفساني",
  },
  "07": {
    fr: "Actes relevant de la fraude, de la tromperie ou de la corruption",
    ru: "Деяния, связанные с мошенничеством, обманом или коррупцией",
    zh: "涉及欺诈、欺骗或腐败的行为",
    ar: "الأفعال المنطوية على الاحتيال أو الخداع أو الفساد",
  },
  "08": {
    fr: "Actes contre l’ordre public, l’autorité et les dispositions de l’État",
    ru: "Деяния против общественного порядка, органов власти и установлений государства",
    zh: "违反公共秩序、公共权力和国家规定的行为",
    ar: "الأفعال المخلّة بالنظام العام والسلطة وأحكام الدولة",
  },
  "09": {
    fr: "Actes contre la sécurité publique et la sûreté de l’État",
    ru: "Деяния против общественной безопасности и государственной безопасности",
    zh: "危害公共安全和国家安全的行为",
    ar: "الأفعال الماسة بالسلامة العامة وأمن الدولة",
  },
  "10": {
    fr: "Actes contre le milieu naturel",
    ru: "Деяния против природной среды",
    zh: "危害自然环境的行为",
    ar: "الأفعال الموجهة ضد البيئة الطبيعية",
  },
  "11": {
    fr: "Autres actes criminels non classés ailleurs",
    ru: "Другие преступные деяния, не отнесенные к иным категориям",
    zh: "其他未另行分类的犯罪行为",
    ar: "أفعال إجرامية أخرى غير مصنفة في موضع آخر",
  },
} as const;
