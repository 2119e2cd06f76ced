import type { Sentences } from "./sentences.ts";

/** The sentences about what vouches for acts and reads, and about the own sign-ins and sessions. */
export const accountability = {
  en: {
    "log.checkRows":
      "Held against the log: events {$events}; acts, sign-ins, reads and alarms {$sealed}. Waiting for their seal: {$unsealed}.",
  },
  zh: {
    "log.checkRows": "已与日志核对：事件 {$events}；管理操作、登录、查阅和警报 {$sealed}。等待封存：{$unsealed}。",
  },
  ar: {
    "log.checkRows":
      "ما قورن بالسجل: الأحداث {$events}؛ الأعمال الإدارية وعمليات الدخول والاطلاع والتنبيهات {$sealed}. ما ينتظر ختمه: {$unsealed}.",
  },
} as const satisfies Sentences<"log.checkRows">;
