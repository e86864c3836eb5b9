{{/* The API's addresses that are for callers; probes and metrics are for the cluster. */}}
{{- define "qingsheng.apiPaths" -}}
/tts: Prefix
/audio: Prefix
/voices: Exact
/v1: Prefix
/docs: Exact
/openapi.json: Exact
{{- end }}
