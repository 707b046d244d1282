import type {
  IAuthenticateGeneric,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  INodeProperties,
} from "n8n-workflow";

/** The way to an HTTP host (`instamojo-flow serve`) that does the work and keeps the ledger. */
export class InstamojoHostApi implements ICredentialType {
  name = "instamojoHostApi";
  displayName = "Instamojo HTTP Host API";
  icon: Icon = { light: "file:../nodes/Instamojo/instamojo.svg", dark: "file:../nodes/Instamojo/instamojo.dark.svg" };
  documentationUrl = "https://docs.instamojo.com/reference/create-a-payment-request-1";
  properties: INodeProperties[] = [
    {
      displayName: "Base URL",
      name: "baseUrl",
      type: "string",
      required: true,
      default: "",
      placeholder: "https://payments.example.com",
      description: "Address that instamojo-flow serve printed at its start. Use https unless it is on this machine.",
    },
    {
      displayName: "API Key",
      name: "apiKey",
      type: "string",
      typeOptions: { password: true },
      required: true,
      default: "",
      description: "A key of the host. It needs the scope read, link for links, and refund for refunds.",
    },
    {
      displayName: "Account",
      name: "account",
      type: "string",
      required: true,
      default: "",
      placeholder: "shop",
      description: "Name of the account in the configuration of the host",
    },
    {
      displayName: "Event Secret",
      name: "eventSecret",
      type: "string",
      typeOptions: { password: true },
      default: "",
      placeholder: "whsec_…",
      description: "Secret of the delivery target that the host sends events to; only an Instamojo trigger needs it",
    },
  ];
  authenticate: IAuthenticateGeneric = {
    type: "generic",
    properties: { headers: { authorization: "=Bearer {{ $credentials.apiKey }}" } },
  };
  test: ICredentialTestRequest = {
    request: {
      baseURL: '={{ $credentials.baseUrl.replace(/\\/+$/, "") }}',
      url: "/v1/payments",
      qs: { account: "={{ $credentials.account }}", text: "connection-test" },
    },
    rules: [
      { type: "responseCode", properties: { value: 401, message: "The host does not know this API key." } },
      {
        type: "responseCode",
        properties: { value: 403, message: "This API key is not for this account, or has no scope read." },
      },
    ],
  };
}
