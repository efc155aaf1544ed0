// The program that draws charts: it comes from the kernel, once for a page, and from nowhere else.

function drawingProgram(model) {
  if (globalThis.__leadkitPlotly) return globalThis.__leadkitPlotly;
  globalThis.__leadkitPlotly = new Promise((done, failed) => {
    const listen = async (message, buffers) => {
      if (message?.kind !== "plotly") return;
      model.off("msg:custom", listen);
      const before = "var define, module = { exports: {} }, exports = module.exports;\n";
      const after = "\nexport default (module.exports.react ? module.exports : globalThis.Plotly);";
      const source = new Blob([before, buffers[0], after], { type: "text/javascript" });
      const url = URL.createObjectURL(source);
      try {
        done((await import(/* webpackIgnore: true */ url)).default);
      } catch (error) {
        failed(error);
      } finally {
        URL.revokeObjectURL(url);
      }
    };
    model.on("msg:custom", listen);
    model.send({ do: "plotly" });
  });
  return globalThis.__leadkitPlotly;
}
