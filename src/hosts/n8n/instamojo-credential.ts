import type { ICredentialTestRequest, ICredentialType, Icon, INodeProperties } from "n8n-workflow";
import { Account } from "../../../schemas/account.ts";

const { clientId, clientSecret, baseUrl } = Account.properties;

/** Keys of one Instamojo account, and the world that they belong to. */
export class InstamojoApi implements ICredentialType {
  name = "instamojoApi";
  displayName = "Instamojo API";
  icon: Icon = { light: "file:../nodes/Instamojo/instamojo.svg", dark: "file:../nodes/Instamojo/instamojo.dark.svg" };
  documentationUrl = "https://www.instamojo.com/developers";
  properties: INodeProperties[] = [
    {
      displayName: "World",
      name: "world",
      type: "options",
      default: "test",
      options: [
        { name: "Test", value: "test", description: "For trying out; no real money moves" },
        { name: "Live", value: "live", description: "Real money" },
        { name: "Local", value: "local", description: "The local Instamojo of instamojo-flow-nodes on this machine" },
      ],
      description: "Where the keys come from. Test and Live are separate accounts with keys of their own.",
    },
    {
      displayName: String(baseUrl.title),
      name: "baseUrl",
      type: "string",
      default: "http://127.0.0.1:1881",
      placeholder: "http://127.0.0.1:1881",
      displayOptions: { show: { world: ["local"] } },
      description: "Address of the local Instamojo, on this machine only",
    },
    {
      displayName: String(clientId.title),
      name: "clientId",
      type: "string",
      required: true,
      default: "",
      placeholder: clientId.form.placeholder,
      description: String(clientId.description),
    },
    {
      displayName: String(clientSecret.title),
      name: "clientSecret",
      type: "string",
      typeOptions: { password: true },
      required: true,
      default: "",
      description: String(clientSecret.description),
    },
    {
      displayName: "Private Salt",
      name: "privateSalt",
      type: "string",
      typeOptions: { password: true },
      default: "",
      description:
        "Signs what Instamojo sends to an Instamojo trigger. Optional: what a message says is read again from Instamojo before it counts.",
    },
    {
      displayName: "Trigger Address",
      name: "triggerUrl",
      type: "string",
      default: "",
      placeholder: "https://n8n.example.com/webhook/…",
      description:
        "Production URL of your Instamojo trigger. It is put into every link, so that Instamojo reports payments there.",
    },
  ];
  test: ICredentialTestRequest = {
    request: {
      baseURL:
        '={{ ({ live: "https://api.instamojo.com", local: $credentials.baseUrl })[$credentials.world] || "https://test.instamojo.com" }}',
      url: "/oauth2/token/",
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", "user-agent": "instamojo-flow-nodes" },
      body: {
        grant_type: "client_credentials",
        client_id: "={{ $credentials.clientId }}",
        client_secret: "={{ $credentials.clientSecret }}",
      },
    },
    rules: [400, 401, 403].map((status) => ({
      type: "responseCode",
      properties: {
        value: status,
        message:
          "Instamojo does not accept client id and client secret. Keys of the test mode work only in the world Test, live keys only in Live.",
      },
    })),
  };
}
