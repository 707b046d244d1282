import { anyWords } from "./target.ts";

/** Words for replies of the gateway. */
export const replyWords: readonly string[] = [
  ...anyWords,
  ...'{ } [ ] , : " \\ null true false {} [] [[]] "" 0 -0 1e308 1e309 -1e309 9007199254740993 0.1 "0" "1e5"'.split(" "),
  ...'"200.00" "200" "19999.99" "-200.00" "200.000" "200.001" "0200.00" "२००.००" "INR" "USD" "inr"'.split(" "),
  ...'"status":true, "status":false, "status":null, "status":"true", "status":1, "amount":200, "currency":"INR",'.split(
    " ",
  ),
  ...'"__proto__":{"status":true,"amount":"200.00"}, "constructor":{"prototype":{"status":true}}, "id":"C1",'.split(
    " ",
  ),
  ...'\\ud800 \\udc00 \\u0000 \\u202e "\\ud800" "\\u0000" "javascript://instamojo.com/%0a" "//evil.example/"'.split(
    " ",
  ),
  ...'"next":"x", "count":1e308, "count":-1, "Completed" "Refunded" "FINI_CONC" "2016-13-45T99:99:99Z"'.split(" "),
  "[".repeat(200),
  "]".repeat(200),
  '{"a":'.repeat(200),
  `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
  `"${"a".repeat(20_000)}!"`,
  `"${"?".repeat(20_000)}\\n"`,
];
