/** What a field means when n8n calls Instamojo itself, where that is not what the form says for a host with a ledger. */
interface DirectField {
  /** Nothing here can keep what the field promises. */
  readonly isLeftOut?: true;
  readonly description?: string;
}

export const directFields: Readonly<Record<string, DirectField>> = {
  expiresAfter: { isLeftOut: true },
  statusCallbackUrl: {
    description:
      "Where Instamojo reports this payment. Leave it empty: the Trigger Address of the credential is filled in. A typed one must be on the same address as that one, or on this n8n's own.",
  },
  reference: {
    description:
      "Your order number, at most 64 characters. Never sent to Instamojo; comes back in the output of this node only. Without the HTTP host nothing remembers it: running the node again makes a second link.",
  },
  redirectUrl: {
    description: "Where the customer's browser goes after paying. Leave it empty for Instamojo's own page.",
  },
};
