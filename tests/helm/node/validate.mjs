// Reads a JSON list of objects from standard input; says for each what its own type finds wrong, or null.

import { readFileSync } from "node:fs";

const packages = {
  "monitoring.coreos.com/v1": "@kubernetes-models/prometheus-operator",
  "keda.sh/v1alpha1": "@kubernetes-models/keda",
  "gateway.networking.k8s.io/v1": "@kubernetes-models/gateway-api",
};

async function complaint({ apiVersion, kind, ...rest }) {
  const types = await import(`${packages[apiVersion]}/${apiVersion}/${kind}`);
  try {
    new types[kind](rest).validate();
    return null;
  } catch (error) {
    return error.message;
  }
}

const objects = JSON.parse(readFileSync(0, "utf-8"));
console.log(JSON.stringify(await Promise.all(objects.map(complaint))));
