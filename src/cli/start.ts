import { type Command, readArguments, readPort } from "./command.ts";

const help = `instamojo-flow start: the playground, to try everything with no account

Usage: instamojo-flow start [--port N] [--dir D]

Starts a canvas (Node-RED) with an example bot, a chat page to talk to the bot, and a local
Instamojo that takes payments of no real money. Prints the three addresses when they answer;
open the chat, buy something, ask for your money back. Ctrl-C ends it.

Options:
  --port N   canvas and chat on port N, the local Instamojo on N+1. Without it the ports of the
             last time, at first 1880 and 1881. 0 takes any free ports.
  --dir D    folder where flows, payments and settings are kept between starts
             (default: .instamojo-playground in the current folder)

Your own test account instead of the local Instamojo: set INSTAMOJO_CLIENT_ID and
INSTAMOJO_CLIENT_SECRET before the command.

Prints: {"ready":true,"canvas":url,"chat":url,"simulator":url}

Example:
  instamojo-flow start`;

export const startCommand: Command = {
  name: "start",
  summary: "the playground: canvas, chat and a local Instamojo",
  help,
  async run(args, terminal) {
    const { options } = readArguments(this, args, { options: { port: { type: "string" }, dir: { type: "string" } } });
    const port = options.port === undefined ? {} : { port: readPort(options.port) };
    const dir = options.dir === undefined ? {} : { dir: options.dir };
    const stopped = terminal.untilStopped();
    const { startPlayground } = await import("../playground/start-playground.ts");
    const { canvas, chat, simulator, close } = await startPlayground({
      ...port,
      ...dir,
      env: terminal.env,
      log: (line) => terminal.note(line),
    });
    terminal.out(JSON.stringify({ ready: true, canvas, chat, simulator }));
    await stopped;
    await close();
    return 0;
  },
};
