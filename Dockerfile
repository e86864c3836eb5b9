# Targets: api (serves, and works on jobs), convert (api plus PyTorch, for ModelScope's checkpoints), webui.
# `make image` builds them with Docker or Buildah; docs/deploy.md tells how they are run.

ARG PYTHON_IMAGE=docker.io/library/python:3.11-slim-bookworm
ARG NGINX_IMAGE=docker.io/nginxinc/nginx-unprivileged:1.28-alpine

# Everything that is served with, in a virtual environment without pip.
FROM ${PYTHON_IMAGE} AS dependencies
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
# A security fix of the compiler must not need a change here, so its version is Debian's.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends g++ \
    && rm -rf /var/lib/apt/lists/*
COPY requirements/build.lock requirements/api.lock /requirements/
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv --without-pip /opt/venv \
    && pip --python /opt/venv/bin/python install --require-hashes -r /requirements/api.lock \
    && pip install --require-hashes -r /requirements/build.lock \
    && find /opt/venv/lib -depth -type d -name tests -exec rm -r {} +

# The service with its compiled decoder, and the embedded voices.
FROM dependencies AS package
WORKDIR /source
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY service service
COPY voices/served voices/served
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --no-index --wheel-dir /wheels . \
    && pip --python /opt/venv/bin/python install --no-cache-dir --no-deps --no-index --prefix /package /wheels/*.whl
WORKDIR /package
# The extension is optional for who installs from source; an image without it would only be slower, unseen.
RUN PYTHONPATH="$(echo /package/lib/python*/site-packages)" /opt/venv/bin/python -c "\
from service.runtime.native.binding import load_library; \
assert load_library(), 'the decoder was not compiled'" \
    && chmod -R a+rX /package

# PyTorch's default build for x86-64 carries gigabytes for GPUs. TORCH_INDEX is the address of a package index
# with its CPU build; pytorch.org names it under "Get Started", compute platform CPU. Left out, pip's own
# configuration decides. TORCH may also be the address of a wheel that ends in #sha256=….
FROM dependencies AS converting
ARG TORCH=torch==2.13.0
ARG TORCH_INDEX
COPY requirements/convert.lock /requirements/
# TORCH holds the version.
# hadolint ignore=DL3013
RUN --mount=type=cache,target=/root/.cache/pip \
    pip --python /opt/venv/bin/python install --require-hashes -r /requirements/convert.lock \
    && pip --python /opt/venv/bin/python install --no-deps ${TORCH_INDEX:+--index-url "${TORCH_INDEX}"} "${TORCH}" \
    && if [ -n "$(/opt/venv/bin/python -c 'from torch.version import cuda; print(cuda or "")')" ]; then \
         echo "This PyTorch is built for GPUs; set TORCH_INDEX to an index with CPU builds." >&2; exit 1; \
       fi

# What api and convert have in common: a user without rights, and no pip. / may be read-only but for /tmp and
# /var/cache/qingsheng. A tmpfs or a new volume takes the mode of the folder that it covers, and any user may be set.
FROM ${PYTHON_IMAGE} AS runtime
RUN pip uninstall -y --root-user-action ignore pip setuptools wheel \
    && groupadd --gid 10001 qingsheng \
    && useradd --uid 10001 --gid 10001 --home-dir /tmp --no-create-home --shell /usr/sbin/nologin qingsheng \
    && install -d -m 1777 /var/cache/qingsheng /models
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    TMPDIR=/tmp \
    TTS_CACHE_DIR=/var/cache/qingsheng
WORKDIR /tmp
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["qingsheng"]
CMD ["serve"]

FROM runtime AS convert
# The hub's client keeps what it fetches with the converted voices.
ENV MODELSCOPE_CACHE=/var/cache/qingsheng/modelscope
COPY --from=converting /opt/venv /opt/venv
COPY --from=package /package /opt/venv
HEALTHCHECK NONE
CMD ["export", "--help"]
ARG VERSION
ARG REVISION
ARG SOURCE
LABEL org.opencontainers.image.title="qingsheng-convert" \
      org.opencontainers.image.description="Converts ModelScope's Mandarin voices for Qingsheng" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"

# Compressed once here, and not anew for every visitor.
FROM ${PYTHON_IMAGE} AS page
COPY webui/nginx/pack.sh /
COPY webui/public /public
RUN sh /pack.sh /public

FROM ${NGINX_IMAGE} AS webui
# Only this variable is filled into the template; nginx's own stay as they are.
ENV QINGSHENG_API_URL=http://qingsheng-api:8080 \
    NGINX_ENVSUBST_FILTER=^QINGSHENG_
COPY webui/nginx/default.conf.template /etc/nginx/templates/
COPY --from=page /public /usr/share/nginx/html
USER 101:101
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/webui-healthz"]
ARG VERSION
ARG REVISION
ARG SOURCE
LABEL org.opencontainers.image.title="qingsheng-webui" \
      org.opencontainers.image.description="Web page of Qingsheng, Mandarin speech with emotion" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"

FROM runtime AS api
COPY --from=dependencies /opt/venv /opt/venv
COPY --from=package /package /opt/venv
# Ready once the voices are loaded; `serve` and `worker` answer alike.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-c", "\
import http.client, os, sys; \
connection = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('TTS_PORT') or 8080), timeout=4); \
connection.request('GET', '/healthz'); \
sys.exit(connection.getresponse().status != 200)"]
ARG VERSION
ARG REVISION
ARG SOURCE
LABEL org.opencontainers.image.title="qingsheng" \
      org.opencontainers.image.description="Mandarin speech with emotion as a production HTTP service" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
