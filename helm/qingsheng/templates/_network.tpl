{{/* Parts of NetworkPolicies. */}}

{{/* Selects pods of the release: (dict "root" $ "component" "api") */}}
{{- define "qingsheng.peer" -}}
podSelector:
  matchLabels:
    {{- include "qingsheng.selectorLabels" . | nindent 4 }}
{{- end }}

{{/* To any address: DNS may be a cache on the node itself. */}}
{{- define "qingsheng.dns" -}}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
{{- end }}

{{/* What the api and the worker may reach. */}}
{{- define "qingsheng.speakingEgress" -}}
{{- $values := .Values -}}
{{- include "qingsheng.dns" . }}
{{- $external := false }}
{{- range $store := list "cache" "jobs" }}
{{- $mode := (get $values.redis $store).mode }}
{{- if eq $mode "own" }}
- to:
    - {{ include "qingsheng.peer" (dict "root" $ "component" (printf "redis-%s" $store)) | indent 6 | trim }}
  ports: [{port: redis}]
{{- end }}
{{- $external = or $external (eq $mode "external") }}
{{- end }}
{{- if $external }}
- ports:
    {{- range $values.networkPolicy.redisPorts }}
    - {port: {{ . }}}
    {{- end }}
{{- end }}
{{- if or (get $values.settings "TTS_CALLBACK_HOSTS") (eq $values.model.source "modelscope") }}
# callbacks, or the hub of models; not the address where clouds keep the node's credentials
- to:
    - ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}
    - ipBlock: {cidr: "::/0", except: ["fd00:ec2::254/128"]}
  ports: [{port: 443}]
{{- end }}
{{- with $values.networkPolicy.extraEgress }}
{{ toYaml . }}
{{- end }}
{{- end }}
