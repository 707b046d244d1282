import { describe, expect, it } from "@jest/globals";
import { Type } from "@sinclair/typebox";
import { documentFiles, filledIn } from "../../scripts/docs.ts";
import { inputTable } from "../../scripts/field-table.ts";
import { staleFiles } from "../../scripts/generated-files.ts";
import { manifestFiles } from "../../scripts/manifest.ts";

describe("generated files", () => {
  it.each(manifestFiles())("$path is what the declarations say (npm run manifest writes it)", (file) => {
    expect(staleFiles([file])).toEqual([]);
  });

  it.each(documentFiles())("$path is what the declarations say (npm run docs writes it)", (file) => {
    expect(staleFiles([file])).toEqual([]);
  });

  it("are stale when one sign differs or when they are not there", () => {
    const [manifest] = manifestFiles();
    const changed = { path: manifest!.path, content: `${manifest!.content} ` };
    const absent = { path: "docs/not-there.txt", content: "" };
    expect(staleFiles([manifest!, changed, absent])).toEqual([changed, absent]);
  });
});

describe("a table between markers", () => {
  it("is put in place of what stood there, and the text around it stays", () => {
    const text = "before\n<!-- generated: fields -->\nold\n<!-- end -->\nafter\n";
    const once = filledIn(text, { fields: "new" });
    expect(once).toBe("before\n<!-- generated: fields -->\n\nnew\n\n<!-- end -->\nafter\n");
    expect(filledIn(once, { fields: "new" })).toBe(once);
  });

  it("must have a place, and a place must have a table", () => {
    expect(() => filledIn("nothing here\n", { fields: "new" })).toThrow("no place for the generated sections fields");
    expect(() => filledIn("<!-- generated: other -->\n<!-- end -->", { fields: "new" })).toThrow(
      "there is no generated section other",
    );
  });

  it("says of a field its label, key, need, help and example", () => {
    const form = Type.Object({
      tip: Type.Optional(Type.String({ title: "Tip", description: "A | b. Example: 5", examples: ["5"] })),
      loud: Type.Boolean({ title: "Loud", description: "Louder.", default: true, form: { advanced: true } }),
    });
    expect(inputTable(form).split("\n")).toEqual([
      "| Field | Needed | What goes in | Example |",
      "| --- | --- | --- | --- |",
      "| **Tip**<br>`tip` | no | A \\| b. | `5` |",
      "| **Loud**<br>`loud` | no: on | Louder. *(Advanced)* |  |",
    ]);
  });
});
