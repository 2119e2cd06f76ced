/** What a disaggregating variable describes. */
export type VariableSubject = "event" | "victim" | "perpetrator";
type VariableLanguage = "en" | "zh";

export interface VariableCategory {
  /** Stable identifier within its variable: ours, since the ICCS gives its categories no language-free names. */
  readonly code: string;
  /** Code of the category that this one is a part of. */
  readonly parent?: string;
  readonly titles: Readonly<Record<VariableLanguage, string>>;
}

/** A disaggregating variable of the ICCS: an attribute of the event, the victim or the perpetrator, beside the act itself. */
export interface DisaggregatingVariable {
  readonly id: string;
  /** The mark with which the ICCS refers to it in its table, such as `At`. */
  readonly mark: string;
  readonly subject: VariableSubject;
  readonly titles: Readonly<Record<VariableLanguage, string>>;
  /** `categories`: its code list is here. The others take values of that kind, under a list of the country's own. */
  readonly values: "categories" | "years" | "date-time" | "area" | "country" | "industry";
  readonly categories: readonly VariableCategory[];
}

type Row = readonly [code: string, en: string, zh: string, parent?: string];

function listed(rows: readonly Row[]): VariableCategory[] {
  return rows.map(([code, en, zh, parent]) => ({
    code,
    ...(parent === undefined ? {} : { parent }),
    titles: { en, zh },
  }));
}

const unknown: Row = ["unknown", "Not known", "不详"];
const yesNo: readonly Row[] = [["yes", "Yes", "是"], ["no", "No", "否"], unknown];

const attemptedCompleted = listed([["completed", "Completed", "既遂"], ["attempted", "Attempted", "未遂"], unknown]);

const weapons = listed([
  ["firearm", "Firearm", "枪支"],
  ["handgun", "Short firearm (handgun)", "短枪（手枪）", "firearm"],
  ["long-gun", "Long firearm (rifle, shotgun)", "长枪（步枪、霰弹枪）", "firearm"],
  ["other-firearm", "Other firearm", "其他枪支", "firearm"],
  ["other-weapon", "Weapon other than a firearm", "枪支以外的武器"],
  ["sharp-object", "Knife or other sharp object", "刀具或其他锐器", "other-weapon"],
  ["blunt-object", "Blunt object", "钝器", "other-weapon"],
  ["explosive", "Explosive", "爆炸物", "other-weapon"],
  ["poison", "Poison or chemical", "毒物或化学品", "other-weapon"],
  ["vehicle", "Vehicle", "车辆", "other-weapon"],
  ["other-means", "Other weapon or means", "其他武器或手段", "other-weapon"],
  ["none", "No weapon", "未使用武器"],
  unknown,
]);

const contexts = listed([
  ["intimate-family", "Related to intimate partners or the family", "与亲密伴侣或家庭有关"],
  ["organized-crime", "Related to organized criminal groups", "与有组织犯罪集团有关"],
  ["gang", "Related to gangs", "与帮派有关"],
  ["corporate-crime", "Related to corporations", "与企业犯罪有关"],
  ["terrorism", "Related to terrorism", "与恐怖主义有关"],
  ["civil-unrest", "Related to civil unrest", "与社会骚乱有关"],
  ["other-crime", "In the course of another crime", "在实施其他犯罪过程中"],
  ["other", "Other context", "其他情境"],
  unknown,
]);

const locations = listed([
  ["private-dwelling", "Private dwelling", "私人住宅"],
  ["victim-home", "Home of the victim", "受害人住所", "private-dwelling"],
  ["perpetrator-home", "Home of the perpetrator", "行为人住所", "private-dwelling"],
  ["shared-home", "Home of both", "双方共同住所", "private-dwelling"],
  ["other-home", "Other dwelling", "其他住宅", "private-dwelling"],
  ["open-area", "Street, open area or public transport", "街道、开放区域或公共交通"],
  ["street", "Street or other open area", "街道或其他开放区域", "open-area"],
  ["public-transport", "Public transport", "公共交通", "open-area"],
  ["school", "School or other educational institution", "学校或其他教育机构"],
  ["prison", "Prison or other closed institution", "监狱或其他封闭场所"],
  ["care-institution", "Institution of care", "照护机构"],
  ["commercial", "Commercial or other non-residential premises", "商业或其他非住宅场所"],
  ["other", "Other location", "其他地点"],
  unknown,
]);

const motives = listed([
  ["illicit-gain", "Illicit gain", "非法获利"],
  ["hate", "Hate", "仇恨"],
  ["gender", "Gender-based", "基于性别"],
  ["interpersonal-conflict", "Interpersonal conflict", "人际冲突"],
  ["political", "Political agenda", "政治目的"],
  ["other", "Other motive", "其他动机"],
  unknown,
]);

const reporters = listed([
  ["victim", "Victim", "受害人"],
  ["witness", "Witness", "证人"],
  ["police", "Police or other law enforcement", "警察或其他执法机构"],
  ["other-authority", "Other authority or institution", "其他主管机关或机构"],
  ["other", "Other person", "其他人"],
  unknown,
]);

const sexes = listed([["M", "Male", "男"], ["F", "Female", "女"], ["other", "Other", "其他"], unknown]);
const ageStatuses = listed([["minor", "Minor", "未成年人"], ["adult", "Adult", "成年人"], unknown]);

/** What the perpetrator is to the victim. */
const relationships = listed([
  ["intimate-partner", "Intimate partner or spouse", "亲密伴侣或配偶"],
  ["current-partner", "Current intimate partner or spouse", "现亲密伴侣或配偶", "intimate-partner"],
  ["former-partner", "Former intimate partner or spouse", "前亲密伴侣或配偶", "intimate-partner"],
  ["family", "Family member", "家庭成员"],
  ["blood-relative", "Blood relative", "血亲", "family"],
  [
    "household-member",
    "Other member of the household, or relative by marriage or adoption",
    "其他同住成员、姻亲或养亲",
    "family",
  ],
  ["known", "Otherwise known to the victim", "受害人认识的其他人"],
  ["friend", "Friend", "朋友", "known"],
  ["acquaintance", "Acquaintance", "熟人", "known"],
  ["colleague", "Colleague or business relation", "同事或业务关系人", "known"],
  ["authority-care", "In a relationship of authority or care", "存在权力或照护关系", "known"],
  ["other-known", "Other known person", "其他认识的人", "known"],
  ["stranger", "Not known to the victim", "受害人不认识"],
  unknown,
]);

const citizenships = listed([
  ["national", "Citizen of the country", "本国公民"],
  ["foreign", "Foreign citizen", "外国公民"],
  ["stateless", "Stateless", "无国籍人"],
  unknown,
]);

const legalStatuses = listed([
  ["natural-person", "Natural person", "自然人"],
  ["legal-person", "Legal person", "法人"],
  unknown,
]);

const intoxications = listed([
  ["not-intoxicated", "Not intoxicated", "未受影响"],
  ["alcohol", "Under the influence of alcohol", "受酒精影响"],
  [
    "drugs",
    "Under the influence of controlled drugs or other psychoactive substances",
    "受管制药物或其他精神活性物质影响",
  ],
  ["alcohol-and-drugs", "Under the influence of both", "同时受两者影响"],
  unknown,
]);

const economicActivities = listed([
  ["employed", "Employed", "就业"],
  ["unemployed", "Unemployed", "失业"],
  ["outside-labour-force", "Not economically active", "非经济活动人口"],
  unknown,
]);

type Declared = readonly [
  id: string,
  mark: string,
  en: string,
  zh: string,
  values: DisaggregatingVariable["values"] | readonly VariableCategory[],
];

function declared(subject: VariableSubject, variables: readonly Declared[]): DisaggregatingVariable[] {
  return variables.map(([id, mark, en, zh, values]) => {
    const own = typeof values !== "string";
    return {
      id,
      mark,
      subject,
      titles: { en, zh },
      values: own ? "categories" : values,
      categories: own ? values : [],
    };
  });
}

const variables: readonly DisaggregatingVariable[] = [
  ...declared("event", [
    ["attempted-completed", "At", "Attempted or completed", "未遂或既遂", attemptedCompleted],
    ["weapon", "We", "Type of weapon used", "使用的武器类型", weapons],
    ["situational-context", "SiC", "Situational context", "情境", contexts],
    ["geographical-location", "Geo", "Geographical location", "地理位置", "area"],
    ["date-time", "DaT", "Date and time", "日期和时间", "date-time"],
    ["location", "Lo", "Type of location", "地点类型", locations],
    ["motive", "Mot", "Motive", "动机", motives],
    ["cybercrime", "Cy", "Cybercrime-related", "与网络犯罪有关", listed(yesNo)],
    ["reported-by", "Rep", "Reported by", "报案人", reporters],
  ]),
  ...declared("victim", [
    ["victim-sex", "SV", "Sex of the victim", "受害人性别", sexes],
    ["victim-age", "AV", "Age of the victim", "受害人年龄", "years"],
    ["victim-age-status", "STV", "Age status of the victim", "受害人成年状况", ageStatuses],
    [
      "victim-perpetrator-relationship",
      "ViP",
      "Relationship of victim and perpetrator",
      "受害人与行为人关系",
      relationships,
    ],
    ["victim-citizenship", "Cit", "Citizenship of the victim", "受害人国籍", citizenships],
    ["victim-country", "Cit", "Country of citizenship of the victim", "受害人国籍国", "country"],
    ["victim-legal-status", "LS", "Legal status of the victim", "受害人法律地位", legalStatuses],
    ["victim-intoxication", "Int", "Intoxication of the victim", "受害人受酒精或药物影响情况", intoxications],
    ["victim-economic-sector", "ES", "Economic sector of a business victim", "受害企业的经济部门", "industry"],
  ]),
  ...declared("perpetrator", [
    ["perpetrator-sex", "SP", "Sex of the perpetrator", "行为人性别", sexes],
    ["perpetrator-age", "AP", "Age of the perpetrator", "行为人年龄", "years"],
    ["perpetrator-age-status", "STP", "Age status of the perpetrator", "行为人成年状况", ageStatuses],
    [
      "perpetrator-victim-relationship",
      "ViP",
      "Relationship of perpetrator and victim",
      "行为人与受害人关系",
      relationships,
    ],
    ["perpetrator-citizenship", "Cit", "Citizenship of the perpetrator", "行为人国籍", citizenships],
    ["perpetrator-country", "Cit", "Country of citizenship of the perpetrator", "行为人国籍国", "country"],
    ["perpetrator-legal-status", "LS", "Legal status of the perpetrator", "行为人法律地位", legalStatuses],
    ["perpetrator-intoxication", "Int", "Intoxication of the perpetrator", "行为人受酒精或药物影响情况", intoxications],
    [
      "perpetrator-economic-sector",
      "ES",
      "Economic sector of a business perpetrator",
      "涉案企业的经济部门",
      "industry",
    ],
    ["perpetrator-activity", "EASt", "Economic activity of the perpetrator", "行为人经济活动状况", economicActivities],
    ["repeat-offender", "Rec", "Repeat offender", "累犯", listed(yesNo)],
  ]),
];

/**
 * The disaggregating variables of the ICCS, version 1.0 (UNODC 2015), of one subject or of all.
 *
 * Which variables there are, and their marks, follows the publication; the categories are its distinctions in short words
 * of our own, and both still wait for a comparison with the printed annex, which the official tables do not hold. Where
 * the ICCS leaves the list to others (areas, industries under ISIC, countries), `values` says so and there is none.
 */
export function disaggregatingVariables(subject?: VariableSubject): readonly DisaggregatingVariable[] {
  return subject === undefined ? variables : variables.filter((variable) => variable.subject === subject);
}

/** A variable by its identifier, such as `weapon`; undefined when there is none of that name. */
export function disaggregatingVariable(id: string): DisaggregatingVariable | undefined {
  return variables.find((variable) => variable.id === id);
}

/** A category and those above it in its code list, nearest first; empty when the variable has no such category. */
export function variableCategories(variable: DisaggregatingVariable, code: string): readonly VariableCategory[] {
  const found = variable.categories.find((category) => category.code === code);
  if (found === undefined) return [];
  return [found, ...(found.parent === undefined ? [] : variableCategories(variable, found.parent))];
}
