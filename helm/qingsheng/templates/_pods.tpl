{{/* What all pods have in common. */}}

{{/* The pod's own settings: (dict "root" $ "component" "api" "pods" .Values.api "user" 10001) */}}
{{- define "qingsheng.podSpec" -}}
serviceAccountName: {{ include "qingsheng.serviceAccountName" .root }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .user }}
  runAsGroup: {{ .user }}
  fsGroup: {{ .user }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with .pods.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .pods.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pods.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .pods.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .pods.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- $selector := dict "matchLabels" (include "qingsheng.selectorLabels" . | fromYaml) }}
  {{- range .pods.topologySpreadConstraints }}
  - {{ toYaml (hasKey . "labelSelector" | ternary . (set (deepCopy .) "labelSelector" $selector)) | indent 4 | trim }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "qingsheng.restricted" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* An ending pod is sent requests until all proxies know that it ends. */}}
{{- define "qingsheng.drainDelay" -}}
preStop:
  exec:
    command: [sleep, {{ . | quote }}]
{{- end }}
