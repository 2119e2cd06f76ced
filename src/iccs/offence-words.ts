/**
 * Common words for acts that the titles of the ICCS call otherwise, in some languages of national lists: own compilation
 * from general usage. They only raise a proposal that a person then accepts or refuses; none of them maps a record.
 */
export const offenceWords = [
  [
    "0101",
    "murder, killing, asesinato, parricidio, femicidio, feminicidio, infanticidio, assassinat, meurtre, homicídio doloso, Mord, Totschlag, убийство, 故意杀人, 谋杀, القتل العمد",
  ],
  [
    "0102",
    "attempted murder, homicidio frustrado, tentativa de homicidio, tentative de meurtre, versuchter Mord, покушение на убийство, 杀人未遂",
  ],
  [
    "01032",
    "negligent homicide, death by negligence, cuasidelito de homicidio, homicidio por negligencia, homicide involontaire, fahrlässige Tötung, 过失致人死亡",
  ],
  ["0104", "suicide, auxilio al suicidio, suicídio, 协助自杀"],
  ["0106", "abortion, aborto, avortement, Abtreibung, незаконный аборт, 非法堕胎"],
  [
    "02011",
    "battery, bodily harm, wounding, injury, lesiones, golpes, maltrato de obra, violencia intrafamiliar, coups et blessures, lesão corporal, Körperverletzung, телесные повреждения, 故意伤害, اعتداء",
  ],
  [
    "020111",
    "aggravated assault, lesiones graves, lesiones gravísimas, castración, mutilación, schwere Körperverletzung, тяжкий вред здоровью",
  ],
  ["020112", "simple assault, lesiones leves, leichte Körperverletzung"],
  ["02012", "intimidation, menaces, ameaça, Bedrohung, Nötigung, угроза, 威胁, تهديد"],
  ["02021", "child abduction, sustracción de menores, enlèvement de mineur, Kindesentziehung, 拐骗儿童"],
  ["02022", "false imprisonment, detención ilegal, détention illégale, cárcere privado, Freiheitsberaubung, 非法拘禁"],
  [
    "020221",
    "kidnapping for ransom, hostage, secuestro extorsivo, plagio, enlèvement, sequestro, Geiselnahme, Entführung, похищение человека, 绑架, اختطاف",
  ],
  [
    "0204",
    "human trafficking, trata de personas, traite des êtres humains, tráfico de pessoas, Menschenhandel, торговля людьми, 贩卖人口, 拐卖, الاتجار بالبشر",
  ],
  ["02051", "chantaje, chantage, extorsão, Erpressung, вымогательство, 敲诈勒索, ابتزاز"],
  ["0206", "abandono de menores, abandono de personas, cuasidelito, imprudencia, mise en danger, Vernachlässigung"],
  ["02062", "malpractice, negligencia médica, mala praxis"],
  [
    "02072",
    "drunk driving, driving under the influence, manejo en estado de ebriedad, conducción bajo la influencia del alcohol, conduite en état d’ivresse, Trunkenheit am Steuer, 危险驾驶, 醉驾",
  ],
  ["02081", "acoso, harcèlement, assédio, Belästigung, 骚扰"],
  ["02082", "stalking, hostigamiento, Nachstellung, преследование, 跟踪"],
  ["0209", "libel, slander, calumnia, injurias, diffamation, difamação, Beleidigung, Verleumdung, клевета, 诽谤, 侮辱"],
  [
    "02111",
    "trespass of privacy, interception of correspondence, violación de secretos, violation de la vie privée, 侵犯隐私",
  ],
  ["03011", "violación, viol, estupro, Vergewaltigung, изнасилование, 强奸, اغتصاب"],
  [
    "03012",
    "indecent assault, molestation, abuso sexual, abusos deshonestos, agression sexuelle, sexuelle Nötigung, 猥亵",
  ],
  [
    "03022",
    "child pornography, grooming, corrupción de menores, pornografía infantil, pédopornographie, Kinderpornographie, 儿童色情",
  ],
  [
    "0401",
    "mugging, holdup, carjacking, robo con violencia, robo con intimidación, atraco, asalto, vol avec violence, roubo, Raub, грабёж, разбой, 抢劫, 抢夺, السطو",
  ],
  [
    "0501",
    "breaking and entering, housebreaking, robo con fuerza, robo en lugar habitado, allanamiento, cambriolage, Einbruch, кража со взломом, 入室盗窃",
  ],
  [
    "0502",
    "larceny, stealing, shoplifting, pickpocketing, hurto, abigeato, apropiación de cosas, vol simple, furto, Diebstahl, кража, 盗窃, سرقة",
  ],
  [
    "05021",
    "motor vehicle theft, car theft, robo de vehículo, hurto de vehículo, vol de voiture, Kraftfahrzeugdiebstahl, 盗窃机动车",
  ],
  [
    "0503",
    "copyright, piracy of works, trademark, derechos de autor, propiedad industrial, propiedad intelectual, droit d’auteur, Urheberrecht, 侵犯著作权",
  ],
  [
    "0504",
    "vandalism, criminal damage, arson, mischief, daños, incendio, dégradation, dano, Sachbeschädigung, Brandstiftung, умышленное уничтожение имущества, поджог, 故意毁坏财物, 放火",
  ],
  [
    "0509",
    "trespass, usurpation of property, usurpación de inmueble, violación de morada, ocupación ilegal, Hausfriedensbruch, 侵入住宅",
  ],
  [
    "0601",
    "narcotics, drugs, drogas, estupefacientes, psicotrópicos, stupéfiants, Betäubungsmittel, Rauschgift, наркотики, 毒品, مخدرات",
  ],
  [
    "06011",
    "drug possession, drug use, consumo de drogas, porte de drogas, posesión para el consumo, usage de stupéfiants, 非法持有毒品, 吸毒",
  ],
  [
    "06012",
    "drug trafficking, drug dealing, narcotráfico, tráfico de drogas, microtráfico, trafic de stupéfiants, Drogenhandel, сбыт наркотиков, 贩卖毒品, 走私毒品",
  ],
  ["0602", "liquor, alcohol, tobacco, bebidas alcohólicas, ley de alcoholes, tabaco"],
  [
    "0701",
    "swindling, deception, scam, estafa, defraudación, estelionato, engaño, escroquerie, Betrug, мошенничество, 诈骗, احتيال",
  ],
  [
    "07021",
    "counterfeit currency, false money, falsificación de moneda, billetes falsos, fausse monnaie, moeda falsa, Falschgeld, 伪造货币",
  ],
  [
    "07023",
    "forged document, false certificate, falsificación de instrumento público, uso malicioso, faux en écriture, falsidade documental, Urkundenfälschung, подделка документов, 伪造证件",
  ],
  ["07031", "bribe, cohecho, soborno, suborno, corruption active, Bestechung, взятка, 受贿, 行贿, رشوة"],
  [
    "07032",
    "malversación de caudales, peculado, apropiación indebida, détournement de fonds, Untreue, Unterschlagung, растрата, 贪污, 侵占",
  ],
  [
    "07033",
    "misconduct in office, abuse of office, malfeasance, prevaricación, abuso de autoridad, empleado público, funcionario público, exacciones ilegales, abus de pouvoir, Amtsmissbrauch, 滥用职权",
  ],
  [
    "07041",
    "lavado de activos, blanqueo de capitales, blanchiment, lavagem de dinheiro, Geldwäsche, отмывание денег, 洗钱, غسل الأموال",
  ],
  [
    "07049",
    "receiving stolen goods, handling stolen property, receptación, encubrimiento, recel, receptação, Hehlerei, 掩饰隐瞒犯罪所得",
  ],
  [
    "08011",
    "riot, affray, desórdenes públicos, motín, émeute, Landfriedensbruch, массовые беспорядки, 聚众斗殴, 寻衅滋事",
  ],
  ["08012", "disorderly conduct, public drunkenness, vagrancy, mendicidad, ebriedad, ofensas al pudor"],
  ["08021", "prostitution, soliciting, proxenetismo, 卖淫, 嫖娼"],
  ["08022", "obscene publications, obscenity, ultraje a las buenas costumbres, 淫秽物品"],
  [
    "08041",
    "tax evasion, tax fraud, fraude fiscal, infracción tributaria, delitos tributarios, código tributario, fraude fiscale, sonegação, Steuerhinterziehung, 逃税",
  ],
  [
    "08042",
    "bankruptcy, insolvency, quiebra, usura, libre competencia, mercado de valores, giro bancario, banqueroute, 破产",
  ],
  ["08043", "gambling, casino, juegos de azar, apuestas, lotería, jeux de hasard, Glücksspiel, 赌博"],
  ["08044", "contraband, customs, contrabando, aduana, contrebande, Schmuggel, контрабанда, 走私"],
  ["0805", "immigration, illegal entry, extranjería, migración, immigration illégale, Aufenthaltsgesetz, 偷越国境"],
  [
    "08061",
    "perjury, false testimony, tampering with evidence, falso testimonio, perjurio, obstrucción a la investigación, denuncia falsa, faux témoignage, Falschaussage, лжесвидетельство, 伪证",
  ],
  [
    "08062",
    "contempt of court, escape, bail violation, parole violation, restraining order, desacato, quebrantamiento de condena, evasión de detenidos, évasion, Gefangenenbefreiung, 脱逃",
  ],
  ["0807", "election, voting, ley electoral, electoral, élection, Wahlfälschung, 破坏选举"],
  ["0808", "labour, union, strike, trabajadores, sindicato, droit du travail, 劳动"],
  [
    "0901",
    "firearm, gun, ammunition, explosives, porte de arma, control de armas, arma de fuego, municiones, armes, Waffengesetz, незаконное оружие, 枪支, 弹药, أسلحة",
  ],
  [
    "0902",
    "public health, food safety, salud pública, alimentos, medicamentos, código sanitario, santé publique, 食品安全",
  ],
  [
    "0903",
    "hacking, computer crime, delito informático, sabotaje informático, espionaje informático, piratage informatique, Computersabotage, 黑客, 计算机信息系统",
  ],
  [
    "0904",
    "treason, espionage, sedition, rebellion, traición, sedición, seguridad del Estado, sublevación, trahison, Hochverrat, государственная измена, 间谍, 叛国",
  ],
  [
    "0905",
    "criminal association, organized crime, gang, asociación ilícita, association de malfaiteurs, associação criminosa, kriminelle Vereinigung, 黑社会",
  ],
  ["0906", "terrorist, terrorismo, conducta terrorista, terrorisme, терроризм, 恐怖主义, إرهاب"],
  [
    "0907",
    "traffic offence, speeding, driving without a licence, ley de tránsito, conducir sin licencia, placa patente, infraction routière, Verkehrsordnungswidrigkeit, 交通违法",
  ],
  ["1001", "pollution, contaminación, pollution des eaux, poluição, Gewässerverunreinigung, загрязнение, 污染环境"],
  ["1002", "waste, residuos, basura, déchets, Abfall, 废物"],
  ["1003", "endangered species, wildlife trade, especies protegidas, CITES, 野生动物"],
  [
    "10042",
    "poaching, hunting, fishing, caza, pesca, ley de caza, ley de pesca, braconnage, Wilderei, 非法狩猎, 非法捕捞",
  ],
  ["10041", "logging, tala, corta de bosque, ley de bosques, coupe illégale, 盗伐林木"],
  [
    "10091",
    "animal cruelty, maltrato animal, maltrato de animales, cruauté envers les animaux, Tierquälerei, 虐待动物",
  ],
  ["11011", "tortura, tormentos, apremios ilegítimos, torture, Folter, пытки, 酷刑, تعذيب"],
  ["11021", "truancy, runaway, curfew, juvenile, fuga del hogar, 未成年人违规"],
] as const satisfies readonly (readonly [string, string])[];
