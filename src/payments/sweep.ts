import type { Clock } from "../runtime/clock.ts";
import { isFlowError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { RequestRow } from "../store/rows.ts";
import type { SweepRow } from "../store/sweep-rows.ts";
import type { AccountOf, Store } from "../store/store.ts";
import type { GatewayTime } from "./gateway-time.ts";
import type { Links } from "./links.ts";
import type { Session } from "./sessions.ts";
import { paymentList, requestList, type SweptList } from "./sweep-list.ts";
import { type News, type NewsOptions, paymentNews, requestNews } from "./sweep-news.ts";
import {
  isBefore,
  type ListMemory,
  type PageSizes,
  pageSizes,
  readNews,
  readPage,
  shortPageSizes,
} from "./sweep-pass.ts";

export interface SweepOptions {
  readonly store: Store;
  readonly links: Pick<Links, "adopt">;
  readonly clock: Clock;
  readonly gatewayTime: GatewayTime;
  readonly logger: Logger;
  /** Called after payments or links were made due. */
  readonly onNews: () => void;
}

/** Looks through the gateway's lists of one account for what nobody told. */
export interface Sweep {
  /** @throws {FlowError} when a list cannot be read; nothing of it is taken for known then */
  run(session: Session): Promise<void>;
}

/** Most calls of a sweep that finds nothing new. The token is one of them when its time has come. */
const quietCalls = 4;
const hour = 3_600_000;
const day = 24 * hour;
/** Rows that no list showed for so long are forgotten; those on the first pages are shown at every sweep with news. */
const forgetMs = 30 * day;
/** How many rows are remembered in one go, so that webhooks do not wait long for the ledger. */
const portion = 1_000;
/** What was paid before the ledger's first link cannot be ours; the clocks may differ by so much. */
const floorSlackMs = day;

/** Where a pass over the last day stands: it goes on with every sweep, a few pages at a time. */
interface DayPass {
  list: "requests" | "payments";
  page: number;
  readonly limit: number;
}

interface Memory {
  readonly requests: ListMemory;
  readonly payments: ListMemory;
  sizes: PageSizes;
  dayPass: DayPass | null;
  dayPasses: number;
}

export function createSweep({ store, links, clock, gatewayTime, logger, onNews }: SweepOptions): Sweep {
  const memories = new Map<string, Memory>();

  function memoryOf({ account, environment }: AccountOf): Memory {
    const name = `${account} ${environment}`;
    const memory = memories.get(name) ?? {
      requests: { order: "none", count: null },
      payments: { order: "none", count: null },
      sizes: pageSizes,
      dayPass: null,
      dayPasses: 0,
    };
    memories.set(name, memory);
    return memory;
  }

  /** Makes what the news name due, durably; only then may its rows be taken for known. */
  async function take({ watch, wake }: News): Promise<void> {
    if (watch.length > 0) await store.watchPayments(watch);
    for (const request of wake) await wakeRequest(request);
    if (watch.length + wake.length > 0) onNews();
  }

  async function wakeRequest({ tag }: RequestRow): Promise<void> {
    for (;;) {
      const request = await store.requestByTag(tag);
      if (!request) return;
      if (await store.commit({ request: { ...request, nextReadAt: 0, version: request.version + 1 } })) return;
    }
  }

  async function run(session: Session): Promise<void> {
    const account: AccountOf = { account: session.account.name, environment: session.environment };
    const { firstCreatedAt } = await store.latestRequests(account, 1);
    if (firstCreatedAt === null) return;
    const memory = memoryOf(account);
    const before: SweepRow = (await store.sweep(account)) ?? { ...account, deepDoneAt: null, foreignPayments: 0 };
    let calls = 0;
    let foreign = 0;
    const options = (): NewsOptions => ({ store, links, session, now: clock.now() });
    const counted = <Row>(list: SweptList<Row>): SweptList<Row> => ({
      ...list,
      read(page) {
        calls += 1;
        return list.read(page);
      },
    });
    const unseenOf =
      <Row>(list: SweptList<Row>) =>
      async (rows: readonly Row[]): Promise<readonly Row[]> => {
        const unseen = new Set(await store.unseenMarks(account, list.name, rows.map(list.markOf)));
        return rows.filter((row) => unseen.has(list.markOf(row)));
      };
    async function remember({ name }: Pick<SweptList<unknown>, "name">, marks: readonly string[]): Promise<void> {
      for (let start = 0; start < marks.length; start += portion) {
        const seenAt = clock.now();
        const some = marks.slice(start, start + portion);
        await store.saveMarks(account, name, { marks: some, seenAt, forgetBefore: seenAt - forgetMs });
      }
    }

    type Judge<Row> = (options: NewsOptions, rows: readonly Row[]) => Promise<News>;

    async function takeIn<Row>(judge: Judge<Row>, rows: readonly Row[]): Promise<void> {
      const news = await judge(options(), rows);
      foreign += news.foreign;
      await take(news);
    }

    /** From the newest row on, until a page is known. */
    async function lookAt<Row>(list: SweptList<Row>, judge: Judge<Row>): Promise<void> {
      const seen = await readNews({
        list,
        memory: memory[list.name],
        sizes: memory.sizes,
        unseen: unseenOf(list),
        floor: gatewayTime.now(account.account) - clock.now() + (firstCreatedAt as number) - floorSlackMs,
        take: (rows) => takeIn(judge, rows),
      });
      await remember(list, seen);
    }

    /** One page of the pass over the last day. True when the pass has ended. */
    async function lookFurther<Row>(list: SweptList<Row>, judge: Judge<Row>, pass: DayPass): Promise<boolean> {
      const listMemory = memory[list.name];
      const got = await readPage({ list, memory: listMemory }, pass.page, pass.limit);
      const fresh = await unseenOf(list)(got.rows);
      if (fresh.length > 0) {
        await takeIn(judge, fresh);
        await remember(list, got.rows.map(list.markOf));
      }
      pass.page += 1;
      const since = gatewayTime.now(account.account) - day;
      return got.isLast || isBefore({ list, memory: listMemory }, got.rows, since);
    }

    const requests = counted(requestList(session.gateway));
    const payments = counted(paymentList(session.gateway));
    // Links first: a payment of a link that is adopted now is ours.
    await lookAt(requests, requestNews);
    await lookAt(payments, paymentNews);

    // The first look of all went back to the ledger's beginning.
    let deepDoneAt = before.deepDoneAt ?? clock.now();
    if (!memory.dayPass && clock.now() - deepDoneAt >= hour) {
      memory.dayPass = { list: "requests", page: 1, limit: memory.sizes.day[memory.dayPasses % 2] as number };
    }
    for (let left = Math.max(1, quietCalls - calls); left > 0 && memory.dayPass; left -= 1) {
      const pass = memory.dayPass;
      const isOver =
        pass.list === "requests"
          ? await lookFurther(requests, requestNews, pass)
          : await lookFurther(payments, paymentNews, pass);
      if (!isOver) continue;
      if (pass.list === "requests") memory.dayPass = { ...pass, list: "payments", page: 1 };
      else {
        memory.dayPass = null;
        memory.dayPasses += 1;
        deepDoneAt = clock.now();
      }
    }
    if (foreign > 0 || deepDoneAt !== before.deepDoneAt) {
      await store.saveSweep({ ...before, deepDoneAt, foreignPayments: before.foreignPayments + foreign });
    }
  }

  return {
    async run(session) {
      try {
        await run(session);
      } catch (thrown) {
        const memory = memoryOf({ account: session.account.name, environment: session.environment });
        memory.dayPass = null;
        if (isFlowError(thrown) && thrown.code === "unreadable_reply" && memory.sizes !== shortPageSizes) {
          memory.sizes = shortPageSizes;
          logger.info("A list of Instamojo could not be read in long pages; shorter ones are asked for from now on.", {
            account: session.account.name,
          });
        }
        throw thrown;
      }
    },
  };
}
