/** Integer paise of a decimal text of rupees, or why it is none. */
export function parseRupees(text: string): number | "not-a-number" | "too-many-places" {
  const match = /^(-?)(\d{1,12})(?:\.(\d*))?$/.exec(text.trim());
  if (match === null) return "not-a-number";
  const places = (match[3] ?? "").replace(/0+$/, "");
  if (places.length > 2) return "too-many-places";
  const paise = Number(match[2]) * 100 + Number(places.padEnd(2, "0"));
  return match[1] === "-" ? -paise : paise;
}

/** `250000` becomes `2500.00`. */
export function formatRupees(paise: number): string {
  const text = String(Math.abs(paise)).padStart(3, "0");
  return `${paise < 0 ? "-" : ""}${text.slice(0, -2)}.${text.slice(-2)}`;
}

/** `20000000` becomes `₹2,00,000.00`, grouped the Indian way. */
export function showRupees(paise: number): string {
  const [whole = "0", places = "00"] = formatRupees(paise).split(".");
  return `₹${whole.replace(/\B(?=(?:\d\d)*\d{3}$)/g, ",")}.${places}`;
}

/** Fee of 2 % and 3.00, and 18 % tax on the fee, each rounded to the paisa: 10.00 gives 3.20 and 0.58. */
export function chargesOn(amountPaise: number): { feesPaise: number; taxesPaise: number } {
  const feesPaise = Math.floor((amountPaise * 2 + 50) / 100) + 300;
  return { feesPaise, taxesPaise: Math.floor((feesPaise * 18 + 50) / 100) };
}
