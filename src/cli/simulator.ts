import { existsSync, mkdirSync, statSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { localClientId, localClientSecret, type SimulatorOptions, startSimulator } from "../simulator/index.ts";
import { type Command, readArguments, readPort, UsageError } from "./command.ts";

const defaultPort = 1881;
const profiles = ["documented", "kind", "hostile"] as const satisfies NonNullable<SimulatorOptions["profile"]>[];

const help = `instamojo-flow simulator: a local Instamojo, for trying and testing

Usage: instamojo-flow simulator [--port N] [--client-id ID --client-secret SECRET --salt SALT] [--data D] [--profile P]

Answers like Instamojo on http://127.0.0.1:N, with a checkout page where payments of no real money
are made. Only this computer can reach it. Ctrl-C ends it.

Options:
  --port N             port (default ${defaultPort}; 0 takes any free one)
  --client-id ID       what an account must give (default ${localClientId})
  --client-secret S    what an account must give (default ${localClientSecret})
  --salt SALT          private salt that signs the webhooks
  --data D             folder where its data is kept between starts; without it, it starts empty
  --profile P          how it behaves where Instamojo's documentation leaves things open:
                       documented (default), kind, or hostile (at its least helpful)

Prints: {"ready":true,"url":"http://127.0.0.1:N"}

Example:
  instamojo-flow simulator --port 1881`;

export const simulatorCommand: Command = {
  name: "simulator",
  summary: "a local Instamojo to try and test against",
  help,
  async run(args, terminal) {
    const { options } = readArguments(this, args, {
      options: {
        port: { type: "string" },
        "client-id": { type: "string" },
        "client-secret": { type: "string" },
        salt: { type: "string" },
        data: { type: "string" },
        profile: { type: "string" },
      },
    });
    const stopped = terminal.untilStopped();
    const port = options.port === undefined ? defaultPort : readPort(options.port);
    const simulator = await startSimulator({
      port,
      world: worldOf(options["client-id"]),
      ...given("clientId", options["client-id"]),
      ...given("clientSecret", options["client-secret"]),
      ...given("salt", options.salt),
      ...(options.data === undefined ? {} : { dataFile: dataFileIn(options.data) }),
      ...(options.profile === undefined ? {} : { profile: readProfile(options.profile) }),
    }).catch((error: unknown) => {
      throw portProblem(error, port);
    });
    terminal.out(JSON.stringify({ ready: true, url: simulator.url }));
    await stopped;
    await simulator.close();
    return 0;
  },
};

/** The gateway's test world knows no client id without `test_`; who brings such a one gets a world that does. */
function worldOf(clientId: string | undefined): NonNullable<SimulatorOptions["world"]> {
  return clientId === undefined || clientId.startsWith("test_") ? "test" : "live";
}

function given<Name extends string>(name: Name, value: string | undefined): { [Key in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: string };
}

function readProfile(text: string): (typeof profiles)[number] {
  const profile = profiles.find((candidate) => candidate === text);
  if (!profile) throw new UsageError(`--profile must be one of ${profiles.join(", ")}, not ${JSON.stringify(text)}.`);
  return profile;
}

function dataFileIn(path: string): string {
  const isFolder = existsSync(path) ? statSync(path).isDirectory() : extname(path) === "";
  if (!isFolder) return resolve(path);
  mkdirSync(path, { recursive: true });
  return join(resolve(path), "local-instamojo.json");
}

function portProblem(error: unknown, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    return new UsageError(
      `Port ${port} is taken by another program. End that program, or choose another with --port N (0: any free one).`,
    );
  }
  if (code === "EACCES") {
    return new UsageError(
      `Port ${port} may not be used without further rights. Choose one from 1024 to 65535 with --port N.`,
    );
  }
  return error;
}
