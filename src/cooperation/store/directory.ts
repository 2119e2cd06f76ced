import type { Transaction } from "kysely";
import { z } from "zod";
import {
  authorityIdSchema,
  jsonObjectSchema,
  officeIdSchema,
  personIdSchema,
  roleSchema,
  stateCodeSchema,
} from "../words/index.ts";
import type { Tables } from "./tables.ts";

const officeSchema = z.object({ office: officeIdSchema, name: z.string().min(1), data: jsonObjectSchema });
const personSchema = z.object({
  person: personIdSchema,
  office: officeIdSchema,
  name: z.string().min(1),
  roles: z.array(roleSchema).readonly(),
  /** Nobody is deleted: a history names people who have left. */
  active: z.boolean(),
  /** Never a secret: everybody at the authority may read it. */
  data: jsonObjectSchema,
});
const partnerSchema = z.object({
  authority: authorityIdSchema,
  state: stateCodeSchema,
  name: z.string().min(1),
  active: z.boolean(),
  data: jsonObjectSchema,
});

export type Office = z.infer<typeof officeSchema>;
export type Person = z.infer<typeof personSchema>;
export type Partner = z.infer<typeof partnerSchema>;

/** Offices, people and partner authorities: read by everybody, written by administrators and the system. */
export interface Directory {
  offices(): Promise<Office[]>;
  people(): Promise<Person[]>;
  partners(): Promise<Partner[]>;
  putOffice(office: Office): Promise<void>;
  putPerson(person: Person): Promise<void>;
  putPartner(partner: Partner): Promise<void>;
}

/** The directory of a transaction that has entered its scope. */
export function directoryOf(transaction: Transaction<Tables>): Directory {
  return {
    offices: async () => {
      const rows = await transaction.selectFrom("cooperation.office").selectAll().orderBy("office").execute();
      return rows.map((row) => officeSchema.parse(row));
    },
    people: async () => {
      const rows = await transaction.selectFrom("cooperation.person").selectAll().orderBy("person").execute();
      return rows.map((row) => personSchema.parse(row));
    },
    partners: async () => {
      const rows = await transaction.selectFrom("cooperation.partner").selectAll().orderBy("authority").execute();
      return rows.map((row) => partnerSchema.parse(row));
    },
    putOffice: async (office) => {
      const { office: id, name, data } = officeSchema.parse(office);
      const rest = { name, data: JSON.stringify(data) };
      await transaction
        .insertInto("cooperation.office")
        .values({ office: id, ...rest })
        .onConflict((conflict) => conflict.column("office").doUpdateSet(rest))
        .execute();
    },
    putPerson: async (person) => {
      const { person: id, data, roles, ...others } = personSchema.parse(person);
      const rest = { ...others, roles: [...roles], data: JSON.stringify(data) };
      await transaction
        .insertInto("cooperation.person")
        .values({ person: id, ...rest })
        .onConflict((conflict) => conflict.column("person").doUpdateSet(rest))
        .execute();
    },
    putPartner: async (partner) => {
      const { authority, data, ...others } = partnerSchema.parse(partner);
      const rest = { ...others, data: JSON.stringify(data) };
      await transaction
        .insertInto("cooperation.partner")
        .values({ authority, ...rest })
        .onConflict((conflict) => conflict.column("authority").doUpdateSet(rest))
        .execute();
    },
  };
}
