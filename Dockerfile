# One image for the app and for workers; compose.yaml shows both.
FROM python:3.13-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE app.py ./
COPY models models
COPY bot bot
COPY handlers handlers
COPY jobs jobs
COPY adapters adapters
COPY playground playground
# pip compiles bytecode as it installs: a worker forks hundreds of times a minute and must not compile anew.
RUN python -m venv /opt/bellhop \
    && /opt/bellhop/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.13-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates git openssh-client tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --user-group --create-home --home-dir /var/lib/bellhop bellhop \
    && install --directory --owner=bellhop --group=bellhop --mode=700 /var/lib/bellhop/data
COPY --from=build /opt/bellhop /opt/bellhop
ENV PATH=/opt/bellhop/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BELLHOP_DATA_DIR=/var/lib/bellhop/data \
    BELLHOP_HOST=0.0.0.0
USER bellhop
WORKDIR /var/lib/bellhop
VOLUME /var/lib/bellhop/data
EXPOSE 8080
# By hand: urllib would ask a proxy that the environment names.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('BELLHOP_PORT') or 8080), timeout=2); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
# tini reaps what agents and checks leave behind.
ENTRYPOINT ["tini", "--", "bellhop"]
CMD ["all"]
