/** The sentences of finding matters in the queue, and of what is new in them. */
export const queue = {
  en: {
    "queue.unassigned": "Assigned to nobody",
    "queue.all": "All",
    "queue.named": "Reference, or part of it",
    "queue.everything": "Show everything again",
    "queue.moreAlarms": "Show more that needs a look",
    "queue.firstPage": "First page",
    "queue.new": "new",
    "queue.countShown":
      ".input {$count :number} .match $count one {{{$count} matter on this page}} * {{{$count} matters on this page}}",
    "matter.unseen":
      ".input {$count :number} .match $count one {{{$count} new entry by others since you last looked: marked in the history.}} * {{{$count} new entries by others since you last looked: marked in the history.}}",
    "site.times": "Times are those of {$zone}.",
  },
  zh: {
    "queue.unassigned": "尚未分配",
    "queue.all": "全部",
    "queue.named": "编号或其一部分",
    "queue.everything": "重新显示全部",
    "queue.moreAlarms": "显示更多需要关注的事项",
    "queue.firstPage": "第一页",
    "queue.new": "新",
    "queue.countShown": "本页{$count}个案件",
    "matter.unseen": "自您上次查看以来他人有{$count}条新记录：已在历史中标出。",
    "site.times": "时间为{$zone}时区的时间。",
  },
  ar: {
    "queue.unassigned": "غير مسندة إلى أحد",
    "queue.all": "الكل",
    "queue.named": "المرجع أو جزء منه",
    "queue.everything": "عرض الكل من جديد",
    "queue.moreAlarms": "عرض المزيد مما يحتاج إلى نظر",
    "queue.firstPage": "الصفحة الأولى",
    "queue.new": "جديد",
    "queue.countShown": "عدد المسائل في هذه الصفحة: {$count}",
    "matter.unseen": "قيود جديدة لغيرك منذ آخر اطلاع لك: {$count}، وهي معلَّمة في السجل.",
    "site.times": "الأوقات بتوقيت {$zone}.",
  },
} as const;
