{{/* A ScaledObject but for its triggers: (dict "root" $ "component" "api" "keda" .Values.api.keda) */}}
{{- define "qingsheng.scaledObject" -}}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  {{- include "qingsheng.metadata" (dict "root" .root "component" .component "suffix" .component) | nindent 2 }}
spec:
  scaleTargetRef:
    name: {{ include "qingsheng.fullname" .root }}-{{ .component }}
  pollingInterval: {{ .keda.pollingInterval }}
  minReplicaCount: {{ .keda.minReplicas }}
  maxReplicaCount: {{ .keda.maxReplicas }}
  advanced:
    horizontalPodAutoscalerConfig:
      behavior:
        {{- toYaml .keda.behavior | nindent 8 }}
{{- end }}
