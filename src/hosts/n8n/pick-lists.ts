import type { ILoadOptionsFunctions, INodeListSearchResult } from "n8n-workflow";
import type { PickKind } from "../../../schemas/form.ts";
import { createPickList, type PickPage } from "../../operator/pick-list.ts";
import { accountOf, type InstamojoCredential } from "./account-of.ts";
import { noLedger } from "./direct/no-ledger.ts";
import { openSession } from "./direct/open-session.ts";
import { listMethods } from "./field-property.ts";
import { hostPickPage } from "./host-pick.ts";

type ListSearch = (
  this: ILoadOptionsFunctions,
  filter?: string,
  paginationToken?: string,
) => Promise<INodeListSearchResult>;

/** What the fields that take an id offer to pick, by the names of the methods. */
export const pickLists: Record<string, ListSearch> = Object.fromEntries(
  Object.entries(listMethods).map(([kind, method]) => [method, listOf(kind as PickKind)]),
);

function listOf(kind: PickKind): ListSearch {
  return async function list(this: ILoadOptionsFunctions, filter?: string, paginationToken?: string) {
    const asked = { search: filter, cursor: paginationToken };
    const isHost = this.getCurrentNodeParameter("connection") === "host";
    const page = isHost ? await hostPickPage(this, kind, asked) : await directPickPage(this, kind, asked);
    return resultOf(page);
  };
}

interface Asked {
  readonly search: string | undefined;
  readonly cursor: string | undefined;
}

async function directPickPage(context: ILoadOptionsFunctions, kind: PickKind, asked: Asked): Promise<PickPage> {
  const credential = await context.getCredentials<InstamojoCredential & Record<string, never>>("instamojoApi");
  const account = accountOf(credential, "instamojo");
  const session = openSession(account, (options) => context.helpers.httpRequest(options));
  const pick = createPickList({ store: noLedger, sessions: { open: async () => session } });
  return pick(kind, { account: account.name, ...asked, isMasked: true });
}

function resultOf({ items, cursor }: PickPage): INodeListSearchResult {
  const results = items.map(({ id, title, state, at, left }) => {
    const day = at > 0 ? ` ${new Date(at).toISOString().slice(0, 10)}` : "";
    return { name: `${title} · ${state}${day}${left === null ? "" : ` · ${left}`}`, value: id };
  });
  return cursor === null ? { results } : { results, paginationToken: cursor };
}
