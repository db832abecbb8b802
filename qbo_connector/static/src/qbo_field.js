import { onMounted, useRef } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { patch } from "@web/core/utils/patch";
import { FormRenderer } from "@web/views/form/form_renderer";

/**
 * Shows the field that stops a record on its way to QuickBooks: opens its tab, marks it and puts the cursor there.
 *
 * The action that opens the form names it in its context, as `qbo_field`.
 */
patch(FormRenderer.prototype, {
    setup() {
        super.setup();
        const field = this.props.record.context?.qbo_field;
        if (field) {
            const root = useRef("compiled_view_root");
            onMounted(() => this.showQboField(root, field));
        }
    },

    showQboField(root, field) {
        const show = () => {
            const widget = root.el?.querySelector(`.o_field_widget[name="${field}"]`);
            if (widget) {
                widget.classList.add("o_qbo_field");
                widget.scrollIntoView({ block: "center" });
                widget.querySelector("input, textarea, [contenteditable=true]")?.focus();
            }
            return Boolean(widget);
        };
        if (show()) {
            return;
        }
        const nodes = [...this.props.archInfo.xmlDoc.querySelectorAll(`page field[name="${field}"]`)];
        const page = nodes.map((node) => node.closest("page")).find((node) => node?.getAttribute("name"));
        root.el?.querySelector(`.o_notebook .nav-link[name="${page?.getAttribute("name")}"]`)?.click();
        browser.requestAnimationFrame(() => browser.requestAnimationFrame(show));
    },
});
